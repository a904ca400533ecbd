'use strict';
// What the worker of Azure Functions gives the programming model as '@azure/functions-core':
// https://github.com/Azure/azure-functions-nodejs-worker/tree/v4.x/types-core
const functions = new Map();
let model;

module.exports = {
  version: '4.1000.0',
  hostVersion: '4.1000.0',
  registerFunction(metadata, callback) {
    if (functions.has(metadata.name)) throw new Error(`A function "${metadata.name}" is registered already.`);
    functions.set(metadata.name, { metadata, callback });
    return { dispose: () => void functions.delete(metadata.name) };
  },
  setProgrammingModel(given) {
    model = given;
  },
  getProgrammingModel: () => model,
  registerHook: () => ({ dispose() {} }),
  setWorkerCapabilities() {},
  log() {},
  Disposable: class {
    dispose() {}
  },
  /** Not of the real one: for tests. */
  functions,
};
