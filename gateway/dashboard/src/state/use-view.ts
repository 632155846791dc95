import { useCallback, useEffect, useState } from "preact/hooks";
import { parseView, type View, writeView } from "./view";

/** Goes to a changed view. `push` makes a step that "back" undoes; `replace` changes the present one. */
export type Go = (change: Partial<View>, step?: "push" | "replace") => void;

function present(): View {
  return parseView(location.pathname, location.search);
}

/** The view that the address bar holds. */
export function useView(): [View, Go] {
  const [view, setView] = useState(present);

  useEffect(() => {
    const onPopState = () => setView(present());
    addEventListener("popstate", onPopState);
    return () => removeEventListener("popstate", onPopState);
  }, []);

  const go = useCallback<Go>((change, step = "push") => {
    const next = { ...present(), ...change };
    if (step === "push") history.pushState(null, "", writeView(next));
    else history.replaceState(null, "", writeView(next));
    setView(next);
  }, []);

  return [view, go];
}
