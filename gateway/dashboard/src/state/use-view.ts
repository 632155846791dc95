import { useCallback, useEffect, useState } from "preact/hooks";
import { parseView, type View, writeView } from "./view";

/** Goes to a changed view. `push` makes a step that "back" undoes; `replace` changes the present one. */
export type Go = (change: Partial<View>, step?: "push" | "replace") => void;

/** The view that the address bar holds. */
export function useView(): [View, Go] {
  const [view, setView] = useState(() => parseView(location.search));

  useEffect(() => {
    const onPopState = () => setView(parseView(location.search));
    addEventListener("popstate", onPopState);
    return () => removeEventListener("popstate", onPopState);
  }, []);

  const go = useCallback<Go>((change, step = "push") => {
    const next = { ...parseView(location.search), ...change };
    const address = `${location.pathname}${writeView(next)}`;
    if (step === "push") history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    setView(next);
  }, []);

  return [view, go];
}
