import { createServer } from 'node:http';

/** A gateway that records what it is sent. `answers` are taken one by one, then everything is accepted. */
export async function gateway() {
  const received = [];
  const answers = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { events } = JSON.parse(body);
    received.push({ headers: request.headers, port: request.socket.remotePort, at: performance.now(), events });
    const [status, headers, content] = answers.shift()?.(events) ?? [202, {}, accepted(events)];
    response.writeHead(status, headers).end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    received,
    answers,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export function accepted(events) {
  return JSON.stringify({ results: events.map(({ eventId }) => ({ eventId, status: 'accepted' })) });
}
