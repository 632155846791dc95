import * as combobox from "@zag-js/combobox";
import { normalizeProps, useMachine } from "@zag-js/preact";
import type { TargetedFocusEvent, TargetedKeyboardEvent } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { text } from "../text";

export interface Suggestion {
  readonly value: string;
  readonly label: string;
}

interface Props {
  readonly label: string;
  readonly values: readonly string[];
  /** How a value that is chosen already is shown. */
  readonly labelOf: (value: string) => string;
  readonly onChange: (values: string[]) => void;
  /** Values that contain what was typed; null where none can be offered. */
  readonly suggest: ((typed: string, signal: AbortSignal) => Promise<readonly Suggestion[]>) | null;
  /** Whether a value may be taken that was not suggested. */
  readonly free: boolean;
  /** One value alone: another takes its place. */
  readonly single?: boolean;
  readonly placeholder?: string;
}

const PAUSE_MS = 150;

interface Handlers {
  readonly onKeyDown?: (event: TargetedKeyboardEvent<HTMLInputElement>) => void;
  readonly onBlur?: (event: TargetedFocusEvent<HTMLInputElement>) => void;
}

/** Several values, typed or chosen from suggestions. */
export function ValuesInput({ label, values, labelOf, onChange, suggest, free, single, placeholder }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const isOpen = useRef(open);
  isOpen.current = open && suggest !== null;
  const [suggestions, setSuggestions] = useState<readonly Suggestion[] | null>(null);

  useEffect(() => {
    if (!open || !suggest) return;
    const cancel = new AbortController();
    const timer = setTimeout(() => {
      suggest(typed, cancel.signal).then(setSuggestions, () => cancel.signal.aborted || setSuggestions([]));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      cancel.abort();
    };
  }, [typed, open, suggest]);

  const offered = (suggestions ?? []).filter(({ value }) => !values.includes(value));
  const service = useMachine(combobox.machine, {
    id: useId(),
    collection: combobox.collection({
      items: [...offered],
      itemToValue: (item) => item.value,
      itemToString: (item) => item.label,
    }),
    value: [],
    open: open && suggest !== null,
    openOnClick: true,
    allowCustomValue: true,
    selectionBehavior: "clear",
    closeOnSelect: false,
    inputBehavior: "none",
    positioning: { strategy: "fixed", sameWidth: true, placement: "bottom-start", gutter: 4, fitViewport: true },
    onOpenChange: (details) => setOpen(details.open),
    onValueChange: (details) => add(details.value.at(-1) ?? ""),
  });
  const api = combobox.connect(service, normalizeProps);

  function add(value: string) {
    if (input.current) input.current.value = "";
    setTyped("");
    if (single) setOpen(false);
    if (value !== "" && !values.includes(value)) onChange(single ? [value] : [...values, value]);
  }

  const take = () => {
    const known = offered.find((one) => one.label.toLowerCase() === typed.trim().toLowerCase());
    if (known) add(known.value);
    else if (free && typed !== "") add(typed);
  };

  const given = api.getInputProps() as Handlers;
  const press = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Escape") {
      // The first puts the suggestions away, the next is the dialog's, however soon it comes.
      if (isOpen.current) event.preventDefault();
      isOpen.current = false;
      setOpen(false);
      return;
    }
    if (event.key === "Enter" && !api.highlightedValue && typed !== "") {
      event.preventDefault();
      take();
      return;
    }
    if (event.key === "Backspace" && typed === "" && values.length > 0) onChange(values.slice(0, -1));
    given.onKeyDown?.(event);
  };

  return (
    <div {...api.getRootProps()} class={single ? "values single" : "values"}>
      <div {...api.getControlProps()} class="input values-control">
        {values.map((value) => (
          <span key={value} class="value">
            <bdi class="value-text">{labelOf(value)}</bdi>
            <button
              class="value-remove"
              type="button"
              aria-label={text.filters.removeValue(labelOf(value))}
              onClick={() => onChange(values.filter((other) => other !== value))}
            >
              ×
            </button>
          </span>
        ))}
        <input
          {...given}
          class="values-input"
          aria-label={label}
          maxLength={2000}
          placeholder={values.length === 0 ? placeholder : ""}
          onBlur={(event) => {
            given.onBlur?.(event);
            take();
          }}
          ref={input}
          // Not told to the machine, which would write an older text back while people type on.
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setOpen(true);
          }}
          onKeyDown={press}
        />
      </div>
      <div {...api.getPositionerProps()} class="suggestions-place">
        <div class="suggestions card" hidden={!api.open}>
          <ul {...api.getContentProps()}>
            {offered.map((item) => (
              <li key={item.value} {...api.getItemProps({ item })} class="suggestion">
                <bdi>{item.label}</bdi>
              </li>
            ))}
          </ul>
          {suggestions !== null && offered.length === 0 && (
            <p class="quiet suggestion-none">{text.filters.noSuggestions}</p>
          )}
        </div>
      </div>
    </div>
  );
}
