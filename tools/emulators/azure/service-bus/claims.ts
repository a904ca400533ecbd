import { createHmac } from 'node:crypto';

/** What the clients of one connection may use. */
export interface Claims {
  /** Takes a token for an audience (`sb://host/queue`). False: it is not one of this key. */
  put(audience: string, token: string, type: string): boolean;
  /** Is there a token for this address? */
  allow(address: string): boolean;
}

/** Makes the claims of a connection. Tokens of Microsoft Entra ID are believed: nothing here could prove them. */
export function makeClaims(key: string): Claims {
  const paths: string[] = [];
  return {
    put(audience, token, type) {
      if (type !== 'jwt' && !isSigned(token, key)) return false;
      paths.push(pathOf(audience));
      return true;
    },
    allow: (address) =>
      paths.some((path) => path === '' || `${address.toLowerCase()}/`.startsWith(`${path.toLowerCase()}/`)),
  };
}

function pathOf(audience: string): string {
  return decodeURIComponent(new URL(audience.replace(/^\w+:/, 'http:')).pathname).replace(/^\/+|\/+$/g, '');
}

// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas#generate-a-shared-access-signature-token
function isSigned(token: string, key: string): boolean {
  const [scheme, parameters = ''] = token.split(' ');
  const fields = Object.fromEntries(parameters.split('&').map((field) => field.split('=', 2)));
  const { sr = '', se = '', sig = '' } = fields as Record<string, string>;
  const expected = createHmac('sha256', key).update(`${sr}\n${se}`).digest('base64');
  return scheme === 'SharedAccessSignature' && decodeURIComponent(sig) === expected;
}
