import { useEffect, useState } from "preact/hooks";
import { settings } from "../text/settings";
import { Icon } from "./Icon";

const TOLD_MS = 2_500;

/** Puts the text into the clipboard and says so. Without a clipboard (plain http) it says to copy by hand. */
export function CopyButton({ value }: { readonly value: string }) {
  const [state, setState] = useState<"" | "copied" | "failed">("");
  useEffect(() => {
    if (!state) return;
    const timer = setTimeout(() => setState(""), TOLD_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setState("copied");
    } catch {
      setState("failed");
    }
  };
  const said = { "": settings.copy, copied: settings.copied, failed: settings.copyFailed }[state];
  return (
    <button class="button small copy" type="button" onClick={copy}>
      <Icon name={state === "copied" ? "check" : "copy"} />
      <span aria-live="polite">{said}</span>
    </button>
  );
}
