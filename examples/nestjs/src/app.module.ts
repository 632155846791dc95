import { grpcTransport } from '@analytics/client/grpc';
import { AnalyticsModule } from '@analytics/client/nestjs';
import { Module } from '@nestjs/common';
import { TeaController } from './tea.controller.js';

@Module({
  imports: [
    AnalyticsModule.forRootAsync({
      useFactory: () => {
        const { ANALYTICS_INGEST_KEY: key = 'missing', ANALYTICS_EDGE: target } = process.env;
        if (target) return { transport: grpcTransport({ target, key }) };
        return { apiBaseUrl: process.env.ANALYTICS_URL ?? 'http://127.0.0.1:4001', key };
      },
    }),
  ],
  controllers: [TeaController],
})
export class AppModule {}
