import type { OnApplicationShutdown } from '@nestjs/common';
import { ServerClient } from '../node/client.js';
import type { Tracker } from '../node/tracker.js';
import type { AnalyticsModuleOptions } from './options.js';
import { type NestRequest, visitorOfRequest } from './request.js';

/** The client of the application, to be injected. It is shut down with the application (`enableShutdownHooks()`). */
export class AnalyticsService extends ServerClient implements OnApplicationShutdown {
  readonly #context: AnalyticsModuleOptions['context'];

  constructor(options: AnalyticsModuleOptions) {
    super(options);
    this.#context = options.context;
  }

  /** Events of a request: of its visitor, with the context that the module's options add. */
  of(request: NestRequest): Tracker {
    return this.with({ visitor: visitorOfRequest(request), ...this.#context?.(request) });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.shutdown();
  }
}
