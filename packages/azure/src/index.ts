export type { AzureConnection, AzureCredential } from './azure-client.ts';
