import { describe, expect, it } from 'vitest';
import { explainNpmFailure } from './npm-failure.mjs';

describe('what is said when npm fails', () => {
  it.each([
    ['EUSAGE', 'Run `npm install`'],
    ['ECONNREFUSED', 'could not be reached'],
    ['ENOTFOUND', 'could not be reached'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate'],
    ['E404', 'did not give a package'],
    ['ETARGET', 'did not give a package'],
    ['E401', 'refused access'],
    ['EINTEGRITY', 'not the one that package-lock.json pins'],
    ['ENOSPC', 'disk is full'],
    ['EROFS', 'may not write here'],
  ])('%s', (code, advice) => {
    expect(explainNpmFailure(`npm error code ${code}\nnpm error more`)).toContain(advice);
    expect(explainNpmFailure(`npm ERR! code ${code}\n`)).toContain(advice);
  });

  it('points to what npm printed when the code is unknown', () => {
    expect(explainNpmFailure('npm error something')).toContain('stands above');
  });
});
