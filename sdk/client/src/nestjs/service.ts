import type { OnApplicationShutdown } from '@nestjs/common';
import { ServerClient } from '../node/client.js';
import type { EventContext } from '../node/options.js';
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

  /** Events of a request: of its visitor, with the context that the module's options add. Throws nothing. */
  of(request: NestRequest): Tracker {
    return this.with({ visitor: visitorOfRequest(request), ...this.#added(request) });
  }

  /** The application's own function may fail, as for a request that no guard has seen: then nothing is added. */
  #added(request: NestRequest): EventContext | undefined {
    try {
      return this.#context?.(request);
    } catch (error) {
      this.failed(error);
      return undefined;
    }
  }

  /** Tell of what a function of the application's own threw. */
  failed(error: unknown): void {
    this.tell(`a function of the application's own threw: ${error}`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.shutdown();
  }
}
