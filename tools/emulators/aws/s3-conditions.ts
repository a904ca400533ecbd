import type { buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const MAX_KEY_BYTES = 1_024;

/**
 * fauxqs takes conditional writes and ignores their conditions. Here they are held, as S3 does: one write of a key after the other, 412 for
 * a condition that does not hold, 404 for If-Match on a key that is not there.
 */
export function enforceConditions(app: App): void {
  const lanes = new Map<string, Promise<void>>();
  const leave = new WeakMap<object, () => void>();

  app.addHook('preHandler', async (request, reply) => {
    const [path = ''] = request.url.split('?');
    const isKey = path.split('/').length > 2;
    if (!isKey || !['PUT', 'DELETE'].includes(request.method)) return;
    const refuse = (status: number, code: string) =>
      reply
        .code(status)
        .header('content-type', 'application/xml')
        .send(
          `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
        );
    const [, bucket, ...key] = path.split('/');
    if (Buffer.byteLength(decodeURIComponent(key.join('/'))) > MAX_KEY_BYTES) {
      return refuse(400, 'KeyTooLongError');
    }
    const before = lanes.get(path);
    const { promise, resolve } = Promise.withResolvers<void>();
    const mine = Promise.resolve(before).then(() => promise);
    lanes.set(path, mine);
    leave.set(request, () => {
      resolve();
      if (lanes.get(path) === mine) lanes.delete(path);
    });
    await before;
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
    if (ifMatch === undefined && ifNoneMatch === undefined) return;
    const head = await app.inject({ method: 'HEAD', url: path });
    const isThere = head.statusCode === 200;
    if (ifNoneMatch !== undefined && ifNoneMatch !== '*') return refuse(501, 'NotImplemented');
    if (ifNoneMatch === '*' && isThere) return refuse(412, 'PreconditionFailed');
    if (ifMatch === undefined) return;
    if (!isThere) {
      const { statusCode } = await app.inject({ method: 'HEAD', url: `/${bucket}` });
      return refuse(404, statusCode === 200 ? 'NoSuchKey' : 'NoSuchBucket');
    }
    if (bare(ifMatch) !== bare(String(head.headers.etag))) return refuse(412, 'PreconditionFailed');
  });
  for (const end of ['onResponse', 'onRequestAbort'] as const) {
    app.addHook(end, async (request: object) => leave.get(request)?.());
  }
}

function bare(tag: string): string {
  return tag.replaceAll('"', '');
}
