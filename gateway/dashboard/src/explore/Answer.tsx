import type { ComponentChildren } from "preact";
import type { Asked } from "../api/use-ask";
import { text } from "../text";
import { Problem } from "../ui/Problem";
import { Warnings } from "../ui/Warnings";
import { sentenceOf } from "./problem";

interface Props<T> {
  readonly asked: Asked<T>;
  readonly children: (answer: T) => ComponentChildren;
}

/** The card of an answer: what came, or that it is on its way, or why it did not come. */
export function Answer<T extends { readonly meta: { readonly warnings: readonly string[] } }>({
  asked: { answer, error, pending, retry },
  children,
}: Props<T>) {
  return (
    <section class="card answer" aria-label={text.explore.answer}>
      {error && !answer ? (
        error.status === 400 ? (
          <div class="message" role="alert">
            <p class="message-title">{text.explore.refused}</p>
            <p>{sentenceOf(error)}</p>
          </div>
        ) : (
          <Problem error={error} onRetry={retry} />
        )
      ) : answer ? (
        <>
          {error && (
            <p class="stale" role="status">
              {text.state.stale} {error.message}{" "}
              <button class="link" type="button" onClick={retry}>
                {text.state.retry}
              </button>
            </p>
          )}
          <Warnings sentences={pending ? [] : answer.meta.warnings} />
          <div class="answer-body" aria-busy={pending}>
            {children(answer)}
          </div>
        </>
      ) : (
        <AnswerSkeleton />
      )}
    </section>
  );
}

export function AnswerSkeleton() {
  return (
    <div class="answer-body" role="status" aria-label={text.state.loading}>
      <div class="skeleton skeleton-head" />
      {Array.from({ length: 5 }, (_, at) => (
        <div key={at} class="skeleton skeleton-block" />
      ))}
    </div>
  );
}

interface NothingProps {
  readonly title: string;
  readonly help: string;
  readonly children?: ComponentChildren;
}

/** Said where an answer holds nothing: why that is, and what to do. */
export function Nothing({ title, help, children }: NothingProps) {
  return (
    <div class="message answer-nothing" role="status">
      <p class="message-title">{title}</p>
      <p class="quiet">{help}</p>
      {children}
    </div>
  );
}

/** The card where nothing has been asked yet. */
export function Unasked({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <section class="card answer" aria-label={text.explore.answer}>
      <div class="message answer-nothing">
        <p class="message-title">{title}</p>
        {children}
      </div>
    </section>
  );
}
