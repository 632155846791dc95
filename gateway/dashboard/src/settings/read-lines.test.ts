import { expect, test } from "vitest";
import { endOfPiece, type Piece, piecesOf } from "./read-lines";

test("a piece ends after a line, and waits until it is full", () => {
  expect(endOfPiece("a\nb\nc", 2)).toBe(4);
  expect(endOfPiece("a\nb", 2)).toBe(0);
  expect(endOfPiece("aaa\nbbb\nccc", 9, 8)).toBe(8);
  expect(endOfPiece("aaaaaaaaaa\nb", 9, 4)).toBe(11);
});

test("a file comes in pieces that know the lines before them, whether packed or not", async () => {
  const lines = Array.from({ length: 12_001 }, (_, number) => `{"line":${number}}`).join("\n");
  const packed = new Response(new Blob([lines]).stream().pipeThrough(new CompressionStream("gzip")));
  for (const file of [new File([lines], "a.ndjson"), new File([await packed.blob()], "a.ndjson.gz")]) {
    const pieces: Piece[] = [];
    for await (const piece of piecesOf(file)) pieces.push(piece);
    expect(pieces.map(({ before }) => before)).toEqual([0, 5_000, 10_000]);
    expect(pieces.map((piece) => piece.lines).join("")).toBe(lines);
    expect(pieces.at(-1)?.read).toBe(1);
  }
});
