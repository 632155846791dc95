import { useLayoutEffect } from "preact/hooks";
import type { Theme } from "./view";

/** Puts the chosen theme on the page; "system" follows the reader's setting. */
export function useTheme(theme: Theme): void {
  useLayoutEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === "system") delete dataset.theme;
    else dataset.theme = theme;
  }, [theme]);
}
