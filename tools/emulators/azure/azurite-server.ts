import { createRequire } from 'node:module';
import { enforceEntityLimits } from './azurite-limits.ts';

const azurite = createRequire(import.meta.resolve('azurite/package.json'));
// Two thirds of its start go into loading what would send telemetry, which is switched off here.
const telemetry = azurite.resolve('applicationinsights');
azurite.cache[telemetry] = { exports: {}, loaded: true } as NodeJS.Module;

const { default: StorageError } = azurite('./dist/src/table/errors/StorageError.js');
const { default: TableHandler } = azurite('./dist/src/table/handlers/TableHandler.js');
enforceEntityLimits(TableHandler.prototype, (context, code, message) => {
  const { contextID } = context as { readonly contextID?: string };
  throw new StorageError(400, code, message, contextID ?? '', undefined, context);
});
azurite('./dist/src/azurite.js');
