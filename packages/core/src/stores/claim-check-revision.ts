import type { Revision } from '../ports.ts';

/** The revision that a claim-check store gives out: the inner store's, and the blob that the record of that revision names. */
export interface ClaimRevision {
  readonly inner: Revision;
  readonly blob: string | undefined;
}

/** A save learns from it which blob it replaces, without reading anything. */
export function writeClaimRevision({ inner, blob = '' }: ClaimRevision): Revision {
  return `${blob}|${typeof inner === 'number' ? 'n' : 's'}${inner}`;
}

/** The parts of a revision, or undefined for one that no claim-check store gave out. */
export function readClaimRevision(revision: Revision): ClaimRevision | undefined {
  const [, blob, kind, inner] = /^([^|]*)\|([ns])(.*)$/s.exec(String(revision)) ?? [];
  if (inner === undefined) return undefined;
  return { inner: kind === 'n' ? Number(inner) : inner, blob: blob || undefined };
}
