import { ConfigurableModuleBuilder, Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { AnalyticsInterceptor } from './interceptor.js';
import type { AnalyticsModuleOptions } from './options.js';
import { AnalyticsService } from './service.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<AnalyticsModuleOptions>()
  .setClassMethodName('forRoot')
  .build();

/**
 * Provides `AnalyticsService` everywhere and records what decorators ask for: `forRoot(options)`, or `forRootAsync`
 * with `useFactory`, `useClass` or `useExisting`.
 */
export class AnalyticsModule extends ConfigurableModuleClass {}

// decorators as calls: the package needs no compiler option
Module({
  providers: [
    {
      provide: AnalyticsService,
      useFactory: (options: AnalyticsModuleOptions) => new AnalyticsService(options),
      inject: [MODULE_OPTIONS_TOKEN],
    },
    {
      provide: APP_INTERCEPTOR,
      useFactory: (service: AnalyticsService, reflector: Reflector, options: AnalyticsModuleOptions) =>
        new AnalyticsInterceptor(service, reflector, options),
      inject: [AnalyticsService, Reflector, MODULE_OPTIONS_TOKEN],
    },
  ],
  exports: [AnalyticsService],
})(AnalyticsModule);
Global()(AnalyticsModule);
