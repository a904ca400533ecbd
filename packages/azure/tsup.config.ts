import { library } from '../../tsup.base.ts';

export default library({
  // The parts of the SDKs are chunks of their own: loaded with the first call, and only where they are called.
  splitting: true,
});
