import { useCallback, useEffect, useState } from "preact/hooks";
import { parseView, type View, writeView } from "./view";

/** Goes to a changed view. `push` makes a step that "back" undoes; `replace` changes the present one. */
export type Go = (change: Partial<View>, step?: "push" | "replace") => void;

function present(): View {
  return parseView(location.pathname, location.search);
}

/** A share link's secret stays in its address, so that loading the page anew opens it again. */
function addressOf(view: View): string {
  return view.page === "share" ? writeView(view) + location.hash : writeView(view);
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
    if (step === "push") history.pushState(null, "", addressOf(next));
    else history.replaceState(null, "", addressOf(next));
    setView(next);
  }, []);

  return [view, go];
}
