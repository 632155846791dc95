import { useState } from "preact/hooks";
import { ApiError } from "../api/http";
import { Icon } from "./Icon";

interface Props {
  /** The file's, with its ending. */
  readonly name: string;
  readonly label: string;
  /** Without a frame. */
  readonly quiet?: boolean;
  readonly ask: () => Promise<Blob>;
}

/** Fetches a file; of tables the API writes formulas so that no spreadsheet runs them. */
export function Download({ name, label, quiet, ask }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const download = async () => {
    setBusy(true);
    setProblem("");
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await ask());
      link.download = name.replace(/[^\p{L}\p{N}._-]+/gu, "-");
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
        <Icon name="download" /> {label}
      </button>
      <p class="problem" role="alert">
        {problem}
      </p>
    </>
  );
}
