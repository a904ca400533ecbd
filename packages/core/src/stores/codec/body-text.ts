import { fromBase64, toBase64 } from './base64.ts';

// No JSON begins like this, so a body written before there was a codec is told from one that a codec wrote.
const MARK = 'xorca-body/';
const FORMAT = `${MARK}1`;
const NO_LAYER = 'plain';
// More layers than anybody stacks: a forged list must not make a reader work for ever.
const LAYERS = /^[\w.-]+(\([\w.:/@=-]{1,256}\))?(\+[\w.-]+(\([\w.:/@=-]{1,256}\))?){0,7}$/;

/** What a stored text says about itself. */
export interface LayeredBody {
  /** Innermost first. */
  readonly layers: readonly string[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Whether a text has to be read by `readBodyText`. Any other text is a body as it is. */
export function isBodyText(text: string): boolean {
  return text.startsWith(MARK);
}

/** `xorca-body/1 gzip+aes-256-gcm(key-1) <base64>`: the layers, innermost first, and the bytes. */
export function writeBodyText({ layers, bytes }: LayeredBody): string {
  return `${FORMAT} ${layers.join('+') || NO_LAYER} ${toBase64(bytes)}`;
}

/** The parts of a text that `writeBodyText` made; otherwise what is wrong with it, in words. */
export function readBodyText(text: string): LayeredBody | string {
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  if (first < 0 || second < 0) return 'is cut off';
  const format = text.slice(0, first);
  if (format !== FORMAT) {
    return /\/\d+$/.test(format) ? `has the format ${format}, and this xorca reads ${FORMAT}` : 'is damaged';
  }
  const layers = text.slice(first + 1, second);
  const bytes = fromBase64(text.slice(second + 1));
  if (!LAYERS.test(layers) || !bytes) return 'is damaged or cut off';
  return { layers: layers === NO_LAYER ? [] : layers.split('+'), bytes };
}
