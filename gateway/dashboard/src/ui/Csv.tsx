import { useState } from "preact/hooks";
import { ApiError } from "../api/http";
import { text } from "../text";
import { Icon } from "./Icon";

interface Props {
  /** The file's, without its ending. */
  readonly name: string;
  /** Without a frame. */
  readonly quiet?: boolean;
  readonly ask: () => Promise<Blob>;
}

/** Fetches rows as a file; the API writes formulas so that no spreadsheet runs them. */
export function Csv({ name, quiet, ask }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const download = async () => {
    setBusy(true);
    setProblem("");
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await ask());
      link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button class={quiet ? "button bare" : "button"} type="button" disabled={busy} onClick={download}>
        <Icon name="download" /> {text.lists.csv}
      </button>
      <p class="problem" role="alert">
        {problem}
      </p>
    </>
  );
}
