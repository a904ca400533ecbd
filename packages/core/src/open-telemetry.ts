/** `@xorca/core/telemetry`: spans and metrics over OpenTelemetry. Needs `@opentelemetry/api`. */
export { type OpenTelemetryOptions, openTelemetry } from './open-telemetry/open-telemetry.ts';
