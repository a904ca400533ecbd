/** What a client of the SDK needs besides the endpoint; no emulator looks at it. */
export const CREDENTIALS = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const;
