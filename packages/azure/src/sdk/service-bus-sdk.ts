/** What is used of the SDK. A module of its own: loaded with the first call, and a bundler takes no more of the SDK than this. */
export { ServiceBusClient } from '@azure/service-bus';
