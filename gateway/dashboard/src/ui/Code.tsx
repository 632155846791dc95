import { CopyButton } from "./CopyButton";

interface Props {
  /** The block's name for screen readers. */
  readonly label: string;
  readonly code: string;
}

/** Lines to be copied. */
export function Code({ label, code }: Props) {
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keyboard, too. */}
      <section class="code-lines" tabIndex={0} aria-label={label}>
        <pre>
          <code>{code}</code>
        </pre>
      </section>
      <CopyButton value={code} />
    </div>
  );
}
