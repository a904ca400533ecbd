import { describe, expect, it } from 'vitest';
import { runStep } from './run-step.mjs';

const options = { cwd: import.meta.dirname, env: process.env };

describe('a step', () => {
  it('is ok by its exit code, and keeps both outputs', async () => {
    const result = await runStep('node -e "console.log(1); console.error(2)"', options);
    expect(result.ok).toBe(true);
    expect(result.output.split('\n').sort()).toEqual(['', '1', '2']);
    expect(await runStep('node -e "process.exit(3)"', options)).toMatchObject({ ok: false });
  });

  it('fails when its command is not there', async () => {
    expect(await runStep('no-such-command-anywhere', options)).toMatchObject({ ok: false });
  });

  it('that hangs is stopped with all its children', async () => {
    const hanging = `node -e "require('child_process').spawnSync(process.execPath, ['-e', 'setInterval(()=>{}, 1e6)'])"`;
    const result = await runStep(hanging, { ...options, limitMs: 300 });
    expect(result).toEqual({ ok: false, output: '\nStopped after 0.3 s.\n' });
  });
});
