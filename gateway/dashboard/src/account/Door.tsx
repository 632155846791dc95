import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { text } from "../text";
import { Mark } from "../ui/Mark";

interface Props {
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly problem?: string;
  readonly onSubmit?: (form: FormData) => void;
  readonly children?: ComponentChildren;
}

/** A page for who is not in yet: one card in the middle of the screen. */
export function Door({ title, lead, problem = "", onSubmit, children }: Props) {
  useEffect(() => {
    document.title = `${title} · ${text.product}`;
  }, [title]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSubmit?.(new FormData(event.currentTarget as HTMLFormElement));
  };
  return (
    <main class="sign-in">
      <form class="card sign-in-form" onSubmit={submit}>
        <Mark />
        <h1>{title}</h1>
        {lead && <p class="quiet">{lead}</p>}
        <p class="problem" role="alert">
          {problem}
        </p>
        {children}
      </form>
    </main>
  );
}
