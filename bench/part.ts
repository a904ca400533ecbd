import { PARTS } from './parts.ts';

// One part in a process of its own: the heap and the compiled code that another part leaves behind are not what is measured.
const title = process.argv[2] ?? '';
const part = PARTS[title];
if (!part) throw new Error(`No part is called ${JSON.stringify(title)}.`);
const rows = await part();
process.send?.(rows, () => process.exit(0));
