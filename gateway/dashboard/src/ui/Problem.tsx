import type { ApiError } from "../api/http";
import { text } from "../text";

interface Props {
  readonly error: ApiError;
  readonly onRetry: () => void;
}

/** Says what went wrong and offers another try. */
export function Problem({ error, onRetry }: Props) {
  return (
    <div class="message" role="alert">
      <p class="message-title">{text.state.failed}</p>
      <p>{error.message}</p>
      <button class="button" type="button" onClick={onRetry}>
        {text.state.retry}
      </button>
    </div>
  );
}
