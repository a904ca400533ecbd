/** What a person can do about npm's error codes. */
const ADVICE = /** @type {const} */ ([
  [
    /^(EUSAGE)$/,
    'A package.json and package-lock.json do not agree. Run `npm install`, which brings package-lock.json up to date, and commit both.',
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR|EIDLETIMEOUT)$/,
    'The npm registry could not be reached. Check the network, the proxy (`npm config get https-proxy`) and the registry (`npm config get registry`), then run the command again.',
  ],
  [
    /CERT|^(ERR_TLS|EPROTO|DEPTH_ZERO)/,
    "The registry's certificate was not accepted. Behind a proxy that signs by itself, name its certificate: `npm config set cafile <file>`.",
  ],
  [
    /^(E401|E403|ENEEDAUTH|E407)$/,
    'The registry refused access. This project needs only public packages: check `npm config get registry` and the login of your proxy or mirror.',
  ],
  [
    /^(E404|ETARGET|ENOVERSIONS|E5\d\d)$/,
    'The registry did not give a package that package-lock.json names. If it is a mirror, it may lack that version: check `npm config get registry`.',
  ],
  [
    /^(EINTEGRITY)$/,
    'A downloaded package is not the one that package-lock.json pins. Run `npm cache clean --force` and the command again; if it stays so, do not trust the registry.',
  ],
  [/^(ENOSPC)$/, 'The disk is full: node_modules takes about 700 MB. Make room and run the command again.'],
  [
    /^(EACCES|EPERM|EROFS)$/,
    "npm may not write here. Give yourself the right to this folder and to npm's cache (`npm config get cache`), without sudo, or clone into a folder of your own.",
  ],
]);

/**
 * The code npm ended with, or undefined.
 * @param {string} output
 */
function npmErrorCode(output) {
  return /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1];
}

/**
 * What went wrong in an `npm ci`, in words, from all it printed.
 * @param {string} output
 */
export function explainNpmFailure(output) {
  const code = npmErrorCode(output);
  const advice = ADVICE.find(([pattern]) => code !== undefined && pattern.test(code))?.[1];
  return advice ?? 'The packages could not be installed; what npm said stands above.';
}
