import type { ServerEvent, Values } from '../node/transport.js';
import type { Visitor } from '../node/visitor.js';
import type { TrackEvent } from './contract.js';

type Message = { -readonly [Name in keyof TrackEvent]: TrackEvent[Name] };

const CLICKS = ['submit', 'outbound', 'download'];
/** Data of an interaction with a field of its own, by its kind. */
const ELEMENT = {
  elementId: 'elementId',
  tag: 'elementTag',
  role: 'elementRole',
  text: 'elementText',
  href: 'href',
  pageUrl: 'pageUrl',
  pageTitle: 'pageTitle',
} as const;
const OF_CUSTOM = { elementId: 'elementId', pageUrl: 'pageUrl' } as const;
const HINTS = {
  'sec-ch-ua': 'chUa',
  'sec-ch-ua-full-version-list': 'chUaFullVersionList',
  'sec-ch-ua-mobile': 'chUaMobile',
  'sec-ch-ua-model': 'chUaModel',
  'sec-ch-ua-platform': 'chUaPlatform',
  'sec-ch-ua-platform-version': 'chUaPlatformVersion',
} as const;
const LONGEST_LANGUAGE = 35;

/** An event as the contract has it: what the gateway makes of the JSON. */
export function messageOf(event: ServerEvent): TrackEvent {
  const { kind, visitor, props, type = '', data = {}, revenue, ...common } = event;
  const message: Message = { ...common, ...(visitor && ofVisitor(visitor)), props: text(props ?? {}) };
  if (event.language) message.language = event.language;
  if (revenue) {
    message.revenueAmount = String(revenue.amount);
    message.revenueCurrency = revenue.currency;
  }
  if (kind === 'view') message.kind = 'EVENT_KIND_PAGEVIEW';
  else if (kind === 'interaction') interact(message, type, data);
  else message.kind = event.name === 'experiment_exposure' ? 'EVENT_KIND_EXPOSURE' : 'EVENT_KIND_CUSTOM';
  return message;
}

function interact(message: Message, type: string, data: Values): void {
  const click = type === 'click' || CLICKS.includes(type);
  const scroll = type === 'scroll';
  const rest: { [key: string]: Values[string] } = click && type !== 'click' ? { type, ...data } : { ...data };
  for (const [key, field] of Object.entries(click || scroll ? ELEMENT : OF_CUSTOM)) {
    if (key in rest) message[field] = String(rest[key]);
    delete rest[key];
  }
  if (scroll) {
    message.scrollDepth = Math.round(Number(rest.depth) || 0);
    delete rest.depth;
  }
  if (!click && !scroll) message.name = type;
  message.kind = click ? 'EVENT_KIND_CLICK' : scroll ? 'EVENT_KIND_SCROLL' : 'EVENT_KIND_CUSTOM';
  message.props = text(rest);
}

function ofVisitor({ ip, headers }: Visitor): Message {
  const message: Message = {
    userAgent: headers['user-agent'] ?? '',
    doNotTrack: headers.dnt === '1',
    globalPrivacyControl: headers['sec-gpc'] === '1',
    purpose: headers['sec-purpose'] ?? headers.purpose ?? '',
    language: firstLanguage(headers['accept-language'] ?? ''),
  };
  if (ip) message.ip = ip;
  for (const [name, field] of Object.entries(HINTS)) {
    const hint = headers[name];
    if (hint) message[field] = hint;
  }
  return message;
}

function firstLanguage(header: string): string {
  const [tag = ''] = header.split(/[,;]/);
  return tag === '*' || tag.length > LONGEST_LANGUAGE ? '' : tag.trim();
}

function text(values: Values): { readonly [key: string]: string } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}
