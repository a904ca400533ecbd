import { createHash } from 'node:crypto';
import type { ObjectStorage } from '@xorca/core/backend';
import type { PageRef } from './contracts.ts';
import { PageError, type PageStore } from './page-store.ts';

/**
 * Pages as objects of any object storage, `page/<SHA-256 of the text>`. Written whatever is there: the same name has the same text.
 *
 * @example
 * const pages = objectPages(s3Objects({ bucket: 'books' }))
 */
export function objectPages(objects: ObjectStorage): PageStore {
  return {
    async put(text) {
      if (!text.isWellFormed())
        throw new PageError('invalid-text', 'A page was not stored: it has half a character.');
      const ref = sha256(text);
      await objects.put(keyOf(ref), text, 'any');
      return ref;
    },
    async get(ref) {
      if (typeof ref !== 'string' || !/^[0-9a-f]{64}$/.test(ref)) {
        throw new PageError('invalid-ref', `${JSON.stringify(ref)?.slice(0, 80)} does not name a page.`);
      }
      const object = await objects.get(keyOf(ref));
      if (!object)
        throw new PageError(
          'missing',
          `Page ${ref.slice(0, 12)}… is not in the storage. Fetch the book again.`,
        );
      if (sha256(object.text) === ref) return object.text;
      throw new PageError(
        'corrupt',
        `Page ${ref.slice(0, 12)}… was changed after it was stored. Fetch the book again.`,
      );
    },
  };
}

function keyOf(ref: PageRef): string {
  return `page/${ref}`;
}

function sha256(text: string): PageRef {
  return createHash('sha256').update(text).digest('hex');
}
