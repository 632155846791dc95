import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { type Observable, tap } from 'rxjs';
import { WISH, type Wish } from './decorators.js';
import type { AnalyticsModuleOptions } from './options.js';
import { type NestRequest, routeOf, urlOf } from './request.js';
import type { AnalyticsService } from './service.js';

const EVERY: Wish = { kind: 'event', name: 'request' };

interface Outcome {
  readonly status: number;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly result: unknown;
}

/** Records what decorators ask for once a handler of HTTP has ended; changes neither its answer nor its error. */
export class AnalyticsInterceptor implements NestInterceptor {
  readonly #analytics: AnalyticsService;
  readonly #reflector: Reflector;
  readonly #options: AnalyticsModuleOptions;

  constructor(analytics: AnalyticsService, reflector: Reflector, options: AnalyticsModuleOptions) {
    this.#analytics = analytics;
    this.#reflector = reflector;
    this.#options = options;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const wish = this.#wish(context);
    if (context.getType() !== 'http' || !wish || wish.kind === 'nothing') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<NestRequest>();
    const began = performance.now();
    let result: unknown;

    const end = (status: number, failed: boolean): void => {
      this.#record(wish, request, { status, failed, result, durationMs: Math.round(performance.now() - began) });
    };

    return next.handle().pipe(
      tap({
        next: (value) => {
          result = value;
        },
        complete: () => end(http.getResponse<{ statusCode: number }>().statusCode, false),
        error: (error: unknown) => end(statusOf(error), true),
      }),
    );
  }

  #wish(context: ExecutionContext): Wish | undefined {
    const places = [context.getHandler(), context.getClass()];
    const said = this.#reflector.getAllAndOverride<Wish | undefined>(WISH, places);
    return said ?? (this.#options.trackRequests ? EVERY : undefined);
  }

  #record(wish: Wish, request: NestRequest, outcome: Outcome): void {
    try {
      const tracker = this.#analytics.of(request);
      const pageUrl = urlOf(request);
      if (wish.kind === 'event') {
        const { status, failed, durationMs, result } = outcome;
        const props = {
          ...wish.props?.(request, result),
          outcome: failed ? 'error' : 'ok',
          status,
          duration_ms: durationMs,
          method: request.method,
          route: routeOf(request),
        };
        tracker.track(wish.name, props, { pageUrl, interactive: false });
      } else if (wish.kind === 'view' && !outcome.failed) {
        tracker.trackView({ pageUrl, pageTitle: wish.title, referrer: refererOf(request) });
      }
    } catch (error) {
      this.#analytics.failed(error);
    }
  }
}

function refererOf({ headers }: NestRequest): string | undefined {
  const { referer } = headers;
  return typeof referer === 'string' ? referer : undefined;
}

/** Of an HttpException; any other error is answered with 500. */
function statusOf(error: unknown): number {
  const { getStatus } = Object(error) as { getStatus?: () => unknown };
  const status = typeof getStatus === 'function' ? getStatus.call(error) : undefined;
  return typeof status === 'number' ? status : 500;
}
