import { SetMetadata } from '@nestjs/common';
import type { Props } from '../options.js';
import type { NestRequest } from './request.js';

/** What a handler's decorator asks for. */
export type Wish =
  | { readonly kind: 'event'; readonly name: string; readonly props?: PropsOf | undefined }
  | { readonly kind: 'view'; readonly title?: string | undefined }
  | { readonly kind: 'nothing' };

/** Properties of an event, of the request and of what its handler returned. */
export type PropsOf = (request: NestRequest, result: unknown) => Props;

export const WISH = '@analytics/client:wish';

type Decorates = ClassDecorator & MethodDecorator;

/** Record an event for each call of the handler, or of every handler of the controller, with outcome and duration. */
export function Track(name: string, props?: PropsOf): Decorates {
  return decorate({ kind: 'event', name, props });
}

/** Record a page view of the address asked for, where the handler succeeds. */
export function TrackView(title?: string): Decorates {
  return decorate({ kind: 'view', title });
}

/** Record nothing of the handler or the controller, whatever is said for its controller or the module. */
export function NoTrack(): Decorates {
  return decorate({ kind: 'nothing' });
}

function decorate(wish: Wish): Decorates {
  return SetMetadata(WISH, wish);
}
