const FIRST_MS = 100;
const LAST_MS = 30_000;

/** Pauses between tries: doubled up to 30 s, by chance between half and the whole, never below what was told. */
export class Backoff {
  #nextMs = FIRST_MS;

  reset(): void {
    this.#nextMs = FIRST_MS;
  }

  pauseMs(toldMs?: number): number {
    const pause = this.#nextMs * (0.5 + Math.random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, LAST_MS);
    return toldMs === undefined ? pause : Math.max(pause, toldMs * (1 + Math.random() / 4));
  }
}
