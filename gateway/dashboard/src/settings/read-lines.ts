/** Pieces of a file for the import: whole lines, few enough for one request. */

/** The gateway takes 16 MiB and 100,000 lines at once; smaller pieces show progress. */
const MOST_CHARACTERS = 2_000_000;
const MOST_LINES = 5_000;

export interface Piece {
  readonly lines: string;
  /** Lines of the file before these. */
  readonly before: number;
  /** Share of the file that has been read, 0–1. */
  readonly read: number;
}

/** The file piece by piece; one that ends in .gz is unpacked. Throws TypeError for a damaged .gz. */
export async function* piecesOf(file: File): AsyncGenerator<Piece> {
  let bytes = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      controller.enqueue(chunk);
    },
  });
  const packed = file.stream().pipeThrough(counted);
  const plain = file.name.endsWith(".gz") ? packed.pipeThrough(new DecompressionStream("gzip")) : packed;
  const reader = plain.pipeThrough(new TextDecoderStream()).getReader();
  let before = 0;
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += value ?? "";
    for (;;) {
      const end = done ? rest.length : endOfPiece(rest);
      if (end === 0) break;
      const lines = rest.slice(0, end);
      rest = rest.slice(end);
      yield { lines, before, read: file.size > 0 ? bytes / file.size : 1 };
      before += count(lines);
    }
    if (done) return;
  }
}

/** Where a full piece ends, after a line's end; 0 while more may come first. */
export function endOfPiece(text: string, mostLines = MOST_LINES, mostCharacters = MOST_CHARACTERS): number {
  let end = 0;
  for (let lines = 0; lines < mostLines; lines++) {
    const next = text.indexOf("\n", end) + 1;
    if (next === 0) return text.length >= mostCharacters ? end : 0;
    if (next > mostCharacters) return end || next;
    end = next;
  }
  return end;
}

function count(lines: string): number {
  let found = 0;
  for (let at = lines.indexOf("\n"); at !== -1; at = lines.indexOf("\n", at + 1)) found++;
  return found;
}
