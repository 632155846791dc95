import type { Theme } from "../state/view";
import { text } from "../text";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

const PICTURES: Record<Theme, string> = {
  system: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 3v18M12 8l7-3M12 13l9-2M12 18l7-2",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  dark: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
};

interface Props {
  readonly theme: Theme;
  readonly onChange: (theme: Theme) => void;
}

/** Goes through the system's theme, light and dark. */
export function ThemeButton({ theme, onChange }: Props) {
  return (
    <button
      class="button bare theme"
      type="button"
      aria-label={text.theme[theme]}
      title={text.theme[theme]}
      onClick={() => onChange(NEXT[theme])}
    >
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path d={PICTURES[theme]} />
      </svg>
    </button>
  );
}
