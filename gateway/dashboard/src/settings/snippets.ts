/** Code to be copied into a site, as docs/sdk shows it, with this gateway's address and the site's name filled in. */

export const WAYS = ["script", "npm", "react", "next", "nest", "node", "python"] as const;
export type Way = (typeof WAYS)[number];

/** Ways that send from a server. */
export const BACKENDS: readonly Way[] = ["nest", "node", "python"];

export interface Snippet {
  /** Its place among the steps of `text/setup.ts`. */
  readonly step: "script" | "packageAdd" | "npm" | "react" | "next" | "nest" | "node" | "pip" | "python";
  readonly code: string;
}

const NPM: Snippet = { step: "packageAdd", code: "npm install @analytics/client" };

/** What to copy, one after the other. `gateway`: `https://stats.example.org`. */
export function snippets(way: Way, gateway: string, site: string): readonly Snippet[] {
  const options = `{ apiBaseUrl: '${gateway}', appName: '${site}' }`;
  switch (way) {
    case "script":
      return [{ step: "script", code: `<script defer src="${gateway}/js/analytics.js" data-site="${site}"></script>` }];
    case "npm":
      return [
        NPM,
        {
          step: "npm",
          code: `import { AnalyticsClient } from '@analytics/client';\n\nexport const analytics = new AnalyticsClient(${options});`,
        },
      ];
    case "react":
      return [NPM, { step: "react", code: react(options) }];
    case "next":
      return [NPM, { step: "next", code: next(options) }];
    case "nest":
      return [NPM, { step: "nest", code: nest(gateway) }];
    case "node":
      return [NPM, { step: "node", code: node(gateway) }];
    case "python":
      return [
        { step: "pip", code: "pip install analytics-mesh-client" },
        { step: "python", code: python() },
      ];
  }
}

function react(options: string): string {
  return `import { AnalyticsProvider } from '@analytics/client/react';

const config = ${options};

export function App() {
  return (
    <AnalyticsProvider config={config}>
      <Shop />
    </AnalyticsProvider>
  );
}`;
}

function next(options: string): string {
  return `import { NextAnalytics } from '@analytics/client/next';
import type { ReactNode } from 'react';

const config = ${options};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <NextAnalytics config={config}>{children}</NextAnalytics>
      </body>
    </html>
  );
}`;
}

function nest(gateway: string): string {
  return `import { AnalyticsModule, TrackView } from '@analytics/client/nestjs';
import { Controller, Get, Module } from '@nestjs/common';

@Controller()
export class PageController {
  @Get()
  @TrackView('Start')
  start() {
    return '<h1>Start</h1>';
  }
}

@Module({
  imports: [
    AnalyticsModule.forRoot({
      apiBaseUrl: '${gateway}',
      key: process.env.ANALYTICS_INGEST_KEY ?? '',
    }),
  ],
  controllers: [PageController],
})
export class AppModule {}`;
}

function node(gateway: string): string {
  return `import { ServerClient, visitorOf } from '@analytics/client/node';
import { createServer } from 'node:http';

const analytics = new ServerClient({
  apiBaseUrl: '${gateway}',
  key: process.env.ANALYTICS_INGEST_KEY ?? '',
});

createServer((request, response) => {
  const visitor = visitorOf(request.headers, request.socket.remoteAddress);
  analytics.trackView({ pageUrl: \`https://\${request.headers.host}\${request.url}\`, visitor });
  response.end('Hello');
}).listen(8080);`;
}

function python(): string {
  return `import os
from contextlib import asynccontextmanager

from analytics_mesh import AsyncClient
from analytics_mesh.asgi import AnalyticsMiddleware
from fastapi import FastAPI

analytics = AsyncClient("EDGE:50051", os.environ["ANALYTICS_INGEST_KEY"])


@asynccontextmanager
async def lifespan(app):
    async with analytics:
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(AnalyticsMiddleware, client=analytics)`;
}
