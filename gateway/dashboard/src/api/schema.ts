// Made from the gateway's /api/openapi.json by `npm run types`. Not edited.

export interface NewSite {
  readonly timezone?: string;
  readonly identity?: "daily" | "memory";
  readonly domains?: readonly string[];
  readonly retention?: number | "forever";
  readonly ignorePrivacySignals?: boolean;
  readonly queryParameters?: readonly string[];
  readonly hashRouting?: boolean;
  readonly excludedIps?: readonly string[];
  readonly excludedPaths?: readonly string[];
  readonly excludedHostnames?: readonly string[];
  readonly excludedCountries?: readonly string[];
  readonly pathRules?: readonly string[];
  readonly id: string;
}

export interface SitePatch {
  readonly timezone?: string;
  readonly identity?: "daily" | "memory";
  readonly domains?: readonly string[];
  readonly retention?: number | "forever";
  readonly ignorePrivacySignals?: boolean;
  readonly queryParameters?: readonly string[];
  readonly hashRouting?: boolean;
  readonly excludedIps?: readonly string[];
  readonly excludedPaths?: readonly string[];
  readonly excludedHostnames?: readonly string[];
  readonly excludedCountries?: readonly string[];
  readonly pathRules?: readonly string[];
}

export interface NewKey {
  readonly name: string;
  readonly scope: "admin" | "ingest" | "read";
  readonly site?: string;
  readonly expiresAt?: string;
}

export interface NewGoal {
  readonly page?: string | null;
  readonly event?: string | null;
  readonly filters?: readonly unknown[] | null;
  readonly scrollThreshold?: number | null;
  readonly currency?: string | null;
  readonly site: string;
  readonly name: string;
}

export interface GoalPatch {
  readonly page?: string | null;
  readonly event?: string | null;
  readonly filters?: readonly unknown[] | null;
  readonly scrollThreshold?: number | null;
  readonly currency?: string | null;
  readonly name?: string;
}

export interface NewSegment {
  readonly site: string;
  readonly name: string;
  readonly filters: readonly unknown[];
}

export interface SegmentPatch {
  readonly name?: string;
  readonly filters?: readonly unknown[];
}

export interface NewExport {
  readonly site: string;
  readonly userId: string;
}

export interface NewErasure {
  readonly site: string;
  readonly userId?: string;
  readonly visitId?: string;
  readonly wholeSite?: boolean;
}

export interface GivenReceipt {
  readonly receipt: string;
}

export interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}

export interface NewPassword {
  readonly oldPassword: string;
  readonly newPassword: string;
}

export interface ResetPassword {
  readonly secret: string;
  readonly newPassword: string;
}

export interface Password {
  readonly password: string;
}

export interface Code {
  readonly code: string;
}

export interface PasswordAndCode {
  readonly password: string;
  readonly code: string;
}

export interface InvitationSecret {
  readonly secret: string;
}

export interface AcceptInvitation {
  readonly secret: string;
  readonly password: string;
  readonly code?: string;
}

export interface RolePatch {
  readonly role: "admin" | "analyst" | "owner" | "viewer" | null;
  readonly site?: string | null;
}

export interface NewReset {
  readonly removeTotp?: boolean;
}

export interface NewInvitation {
  readonly email: string;
  readonly role: "admin" | "analyst" | "owner" | "viewer";
  readonly site?: string | null;
}

export interface NewShare {
  readonly site: string;
  readonly name: string;
  readonly segment?: string;
  readonly password?: string;
  readonly embedOrigins?: readonly string[];
  readonly expiresAt?: string;
}

export interface SharePatch {
  readonly name?: string;
  readonly embedOrigins?: readonly string[];
  readonly expiresAt?: string | null;
}

export interface OpenShare {
  readonly secret: string;
  readonly password?: string;
}

export interface NewAnnotation {
  readonly site: string;
  readonly text: string;
  readonly date?: string | null;
  readonly at?: string | null;
  readonly author?: string | null;
}

export interface AnnotationPatch {
  readonly text?: string;
  readonly date?: string | null;
  readonly at?: string | null;
  readonly author?: string | null;
}

/** The operations of the API that are used here, by method and path. */
export interface Operations {
  /** Ask a question. */
  readonly "POST /api/v1/query": {
    readonly body: {
      readonly site: string;
      readonly metrics: readonly string[];
      readonly dimensions?: readonly string[];
      readonly filters?: readonly (readonly unknown[])[];
      readonly date_range?: string | readonly string[];
      readonly timezone?: string;
      readonly date?: string;
      readonly order_by?: readonly (readonly string[])[];
      readonly limit?: number;
      readonly offset?: number;
      readonly page_token?: string;
      readonly include?: {
        readonly empty_buckets?: boolean;
        readonly total_rows?: boolean;
        readonly time_labels?: boolean;
      };
      readonly compare?: "previous_period" | "year_over_year" | {
        readonly mode: "previous_period" | "year_over_year";
        readonly match_day_of_week?: boolean;
      } | {
        readonly custom: readonly string[];
      };
      readonly explain?: boolean;
    };
    readonly answer: {
      readonly results: readonly {
        readonly dimensions: readonly string[];
        readonly metrics: readonly (number | {
          readonly currency: string;
          readonly amount: string;
        } | null)[];
        readonly comparison?: {
          readonly dimensions: readonly string[];
          readonly metrics: readonly (number | {
            readonly currency: string;
            readonly amount: string;
          } | null)[];
          readonly change: readonly (number | {
            readonly currency: string;
            readonly amount: string;
          } | null)[];
        };
      }[];
      readonly meta: {
        readonly total_rows?: number;
        readonly next_page_token?: string;
        readonly time_labels?: readonly string[];
        readonly compared_range?: readonly string[];
        readonly explanation?: readonly {
          readonly sql: string;
          readonly parameters: { readonly [name: string]: unknown };
          readonly rows_read: number;
          readonly bytes_read: number;
          readonly took_ms: number;
        }[];
        readonly freshness_s: number;
        readonly took_ms: number;
        readonly as_of_position?: number;
        readonly warnings: readonly string[];
      };
      readonly query: {
        readonly site: string;
        readonly metrics: readonly string[];
        readonly dimensions?: readonly string[];
        readonly filters?: readonly (readonly unknown[])[];
        readonly date_range?: string | readonly string[];
        readonly timezone?: string;
        readonly date?: string;
        readonly order_by?: readonly (readonly string[])[];
        readonly limit?: number;
        readonly offset?: number;
        readonly page_token?: string;
        readonly include?: {
          readonly empty_buckets: boolean;
          readonly total_rows: boolean;
          readonly time_labels: boolean;
        };
        readonly compare?: "previous_period" | "year_over_year" | {
          readonly mode: "previous_period" | "year_over_year";
          readonly match_day_of_week?: boolean;
        } | {
          readonly custom: readonly string[];
        };
        readonly explain?: boolean;
      };
    };
  };
  /** Everything a dashboard's page shows. */
  readonly "POST /api/v1/page": {
    readonly body: {
      readonly site: string;
      readonly filters?: readonly (readonly unknown[])[];
      readonly date_range?: string | readonly string[];
      readonly timezone?: string;
      readonly date?: string;
      readonly metrics?: readonly string[];
      readonly interval?: string;
      readonly lists?: readonly {
        readonly dimension?: string;
        readonly metrics?: readonly string[];
        readonly limit?: number;
      }[];
      readonly compare?: "previous_period" | "year_over_year" | {
        readonly mode: "previous_period" | "year_over_year";
        readonly match_day_of_week?: boolean;
      } | {
        readonly custom: readonly string[];
      };
    };
    readonly answer: {
      readonly totals: {
        readonly dimensions: readonly string[];
        readonly metrics: readonly (number | {
          readonly currency: string;
          readonly amount: string;
        } | null)[];
        readonly comparison?: {
          readonly dimensions: readonly string[];
          readonly metrics: readonly (number | {
            readonly currency: string;
            readonly amount: string;
          } | null)[];
          readonly change: readonly (number | {
            readonly currency: string;
            readonly amount: string;
          } | null)[];
        };
      } | null;
      readonly series: readonly {
        readonly dimensions: readonly string[];
        readonly metrics: readonly (number | {
          readonly currency: string;
          readonly amount: string;
        } | null)[];
        readonly comparison?: {
          readonly dimensions: readonly string[];
          readonly metrics: readonly (number | {
            readonly currency: string;
            readonly amount: string;
          } | null)[];
          readonly change: readonly (number | {
            readonly currency: string;
            readonly amount: string;
          } | null)[];
        };
      }[];
      readonly series_metrics: readonly string[];
      readonly lists: readonly {
        readonly dimension: string;
        readonly metrics: readonly string[];
        readonly rows: readonly {
          readonly dimensions: readonly string[];
          readonly metrics: readonly (number | {
            readonly currency: string;
            readonly amount: string;
          } | null)[];
          readonly comparison?: {
            readonly dimensions: readonly string[];
            readonly metrics: readonly (number | {
              readonly currency: string;
              readonly amount: string;
            } | null)[];
            readonly change: readonly (number | {
              readonly currency: string;
              readonly amount: string;
            } | null)[];
          };
        }[];
        readonly more: boolean;
      }[];
      readonly interval: string;
      readonly last_bucket_partial: boolean;
      readonly compared_range: readonly string[];
      readonly meta: {
        readonly as_of_position: number;
        readonly freshness_s: number;
        readonly took_ms: number;
        readonly warnings: readonly string[];
        readonly resolved: {
          readonly site: string;
          readonly filters: readonly (readonly unknown[])[];
          readonly date_range: string | readonly string[];
          readonly timezone: string;
          readonly date: string;
        };
      };
    };
  };
  /** How many got from step to step. */
  readonly "POST /api/v1/funnel": {
    readonly body: {
      readonly site: string;
      readonly filters?: readonly (readonly unknown[])[];
      readonly date_range?: string | readonly string[];
      readonly timezone?: string;
      readonly date?: string;
      readonly steps?: readonly {
        readonly page?: string;
        readonly event?: string;
        readonly goal?: string;
        readonly filters?: readonly (readonly unknown[])[];
      }[];
      readonly order?: "ordered" | "strict" | "any";
      readonly unit?: "visit" | "visitor_day" | "user";
      readonly window_s?: number;
      readonly breakdown?: string;
      readonly limit?: number;
    };
    readonly answer: {
      readonly groups: readonly {
        readonly value: string;
        readonly steps: readonly {
          readonly entered: number;
          readonly converted: number;
          readonly dropped: number;
          readonly rate: number;
          readonly step_rate: number;
          readonly median_s: number | null;
          readonly p90_s: number | null;
        }[];
      }[];
      readonly meta: {
        readonly as_of_position: number;
        readonly freshness_s: number;
        readonly took_ms: number;
        readonly warnings: readonly string[];
        readonly resolved: {
          readonly site: string;
          readonly filters: readonly (readonly unknown[])[];
          readonly date_range: string | readonly string[];
          readonly timezone: string;
          readonly date: string;
        };
      };
    };
  };
  /** How many identified users came back. */
  readonly "POST /api/v1/cohort": {
    readonly body: {
      readonly site: string;
      readonly filters?: readonly (readonly unknown[])[];
      readonly date_range?: string | readonly string[];
      readonly timezone?: string;
      readonly date?: string;
      readonly start?: {
        readonly page?: string;
        readonly event?: string;
        readonly goal?: string;
        readonly filters?: readonly (readonly unknown[])[];
      };
      readonly back?: {
        readonly page?: string;
        readonly event?: string;
        readonly goal?: string;
        readonly filters?: readonly (readonly unknown[])[];
      };
      readonly period?: "day" | "week" | "month";
      readonly count?: "on" | "on_or_after";
      readonly first_in_range?: boolean;
      readonly breakdown?: string;
      readonly limit?: number;
    };
    readonly answer: {
      readonly cohorts: readonly {
        readonly period: string;
        readonly value: string;
        readonly size: number;
        readonly returned: readonly number[];
        readonly unfinished: boolean;
      }[];
      readonly meta: {
        readonly as_of_position: number;
        readonly freshness_s: number;
        readonly took_ms: number;
        readonly warnings: readonly string[];
        readonly resolved: {
          readonly site: string;
          readonly filters: readonly (readonly unknown[])[];
          readonly date_range: string | readonly string[];
          readonly timezone: string;
          readonly date: string;
        };
      };
    };
  };
  /** Where visits went or came from. */
  readonly "POST /api/v1/journey": {
    readonly body: {
      readonly site: string;
      readonly filters?: readonly (readonly unknown[])[];
      readonly date_range?: string | readonly string[];
      readonly timezone?: string;
      readonly date?: string;
      readonly start?: {
        readonly page?: string;
        readonly event?: string;
        readonly goal?: string;
        readonly filters?: readonly (readonly unknown[])[];
      };
      readonly end?: {
        readonly page?: string;
        readonly event?: string;
        readonly goal?: string;
        readonly filters?: readonly (readonly unknown[])[];
      };
      readonly steps?: number;
      readonly of?: "pages" | "events";
      readonly limit?: number;
      readonly breakdown?: string;
    };
    readonly answer: {
      readonly groups: readonly {
        readonly value: string;
        readonly visits: number;
        readonly nodes: readonly {
          readonly step: number;
          readonly value: string;
          readonly visits: number;
          readonly left: number;
        }[];
        readonly links: readonly {
          readonly step: number;
          readonly from: string;
          readonly to: string;
          readonly visits: number;
        }[];
      }[];
      readonly meta: {
        readonly as_of_position: number;
        readonly freshness_s: number;
        readonly took_ms: number;
        readonly warnings: readonly string[];
        readonly resolved: {
          readonly site: string;
          readonly filters: readonly (readonly unknown[])[];
          readonly date_range: string | readonly string[];
          readonly timezone: string;
          readonly date: string;
        };
      };
    };
  };
  /** Compare the variants of a test. */
  readonly "POST /api/v1/experiment": {
    readonly body: {
      readonly site: string;
      readonly filters?: readonly (readonly unknown[])[];
      readonly date_range?: string | readonly string[];
      readonly timezone?: string;
      readonly date?: string;
      readonly experiment?: string;
      readonly conversion?: {
        readonly page?: string;
        readonly event?: string;
        readonly goal?: string;
        readonly filters?: readonly (readonly unknown[])[];
      };
      readonly measure?: "conversion" | "count" | "revenue";
      readonly unit?: "visit" | "user";
      readonly control?: string;
      readonly weights?: { readonly [name: string]: number };
      readonly currency?: string;
      readonly breakdown?: string;
      readonly limit?: number;
    };
    readonly answer: {
      readonly groups: readonly {
        readonly value: string;
        readonly variants: readonly {
          readonly variant: string;
          readonly exposures: number;
          readonly conversions: number;
          readonly rate: number;
          readonly mean: number | null;
          readonly standard_deviation: number | null;
          readonly chance_to_be_best: number | null;
          readonly chance_to_beat_control: number | null;
          readonly difference: number | null;
          readonly credible_low: number | null;
          readonly credible_high: number | null;
          readonly expected_loss: number | null;
          readonly p_value: number | null;
          readonly confidence_low: number | null;
          readonly confidence_high: number | null;
          readonly always_valid_p: number | null;
          readonly lift: number | null;
        }[];
        readonly several_variants: number;
        readonly ratio_p: number | null;
        readonly ratio_mismatch: boolean;
      }[];
      readonly meta: {
        readonly as_of_position: number;
        readonly freshness_s: number;
        readonly took_ms: number;
        readonly warnings: readonly string[];
        readonly resolved: {
          readonly site: string;
          readonly filters: readonly (readonly unknown[])[];
          readonly date_range: string | readonly string[];
          readonly timezone: string;
          readonly date: string;
        };
      };
    };
  };
  /** List visits, newest first. */
  readonly "GET /api/v1/visits": {
    readonly body: undefined;
    readonly answer: {
      readonly visits: readonly {
        readonly id: string;
        readonly started_at_us: number;
        readonly duration_s: number;
        readonly pageviews: number;
        readonly events: number;
        readonly entry_page: string;
        readonly exit_page: string;
        readonly hostname: string;
        readonly source: string;
        readonly channel: string;
        readonly referrer: string;
        readonly utm_campaign: string;
        readonly country: string;
        readonly region: string;
        readonly city: string;
        readonly browser: string;
        readonly os: string;
        readonly device: string;
        readonly screen: string;
        readonly language: string;
        readonly identified: boolean;
        readonly continuation: boolean;
        readonly identity: "memory" | "daily";
      }[];
      readonly next_page_token: string;
      readonly meta: {
        readonly as_of_position: number;
        readonly freshness_s: number;
        readonly took_ms: number;
        readonly warnings: readonly string[];
        readonly resolved: {
          readonly site: string;
          readonly filters: readonly (readonly unknown[])[];
          readonly date_range: string | readonly string[];
          readonly timezone: string;
          readonly date: string;
        };
      };
    };
  };
  /** One visit's events in order. */
  readonly "GET /api/v1/visits/{id}": {
    readonly body: undefined;
    readonly answer: {
      readonly visit: {
        readonly id: string;
        readonly started_at_us: number;
        readonly duration_s: number;
        readonly pageviews: number;
        readonly events: number;
        readonly entry_page: string;
        readonly exit_page: string;
        readonly hostname: string;
        readonly source: string;
        readonly channel: string;
        readonly referrer: string;
        readonly utm_campaign: string;
        readonly country: string;
        readonly region: string;
        readonly city: string;
        readonly browser: string;
        readonly os: string;
        readonly device: string;
        readonly screen: string;
        readonly language: string;
        readonly identified: boolean;
        readonly continuation: boolean;
        readonly identity: "memory" | "daily";
      } | null;
      readonly events: readonly {
        readonly id: string;
        readonly occurred_at_us: number;
        readonly kind: "pageview" | "click" | "scroll" | "engagement" | "session_start" | "session_end" | "custom" | "exposure";
        readonly name: string;
        readonly hostname: string;
        readonly page: string;
        readonly page_title: string;
        readonly element_id: string;
        readonly element_text: string;
        readonly href: string;
        readonly scroll_depth: number;
        readonly engaged_ms: number;
        readonly props: { readonly [name: string]: string };
        readonly revenue: {
          readonly currency: string;
          readonly amount: string;
        } | null;
      }[];
      readonly more: boolean;
      readonly meta: {
        readonly as_of_position: number;
        readonly freshness_s: number;
        readonly took_ms: number;
        readonly warnings: readonly string[];
        readonly resolved: {
          readonly site: string;
          readonly filters: readonly (readonly unknown[])[];
          readonly date_range: string | readonly string[];
          readonly timezone: string;
          readonly date: string;
        };
      };
    };
  };
  /** Import history. */
  readonly "POST /api/v1/import": {
    readonly body: string;
    readonly answer: {
      readonly read: number;
      readonly imported: number;
      readonly duplicates: number;
      readonly ignored: number;
      readonly ignoredReasons?: { readonly [name: string]: number };
      readonly rejected: readonly {
        readonly line: number;
        readonly reason: string;
      }[];
    };
  };
  /** Make a site. */
  readonly "POST /api/v1/sites": {
    readonly body: NewSite;
    readonly answer: {
      readonly id: string;
      readonly timezone: string;
      readonly identity: "memory" | "daily";
      readonly domains: readonly string[];
      readonly retention: number | "forever";
      readonly ignorePrivacySignals?: boolean;
      readonly queryParameters?: readonly string[];
      readonly hashRouting?: boolean;
      readonly excludedIps?: readonly string[];
      readonly excludedPaths?: readonly string[];
      readonly excludedHostnames?: readonly string[];
      readonly excludedCountries?: readonly string[];
      readonly pathRules?: readonly string[];
      readonly createdAt?: string;
    };
  };
  /** Change a site. */
  readonly "PATCH /api/v1/sites/{id}": {
    readonly body: SitePatch;
    readonly answer: {
      readonly id: string;
      readonly timezone: string;
      readonly identity: "memory" | "daily";
      readonly domains: readonly string[];
      readonly retention: number | "forever";
      readonly ignorePrivacySignals?: boolean;
      readonly queryParameters?: readonly string[];
      readonly hashRouting?: boolean;
      readonly excludedIps?: readonly string[];
      readonly excludedPaths?: readonly string[];
      readonly excludedHostnames?: readonly string[];
      readonly excludedCountries?: readonly string[];
      readonly pathRules?: readonly string[];
      readonly createdAt?: string;
    };
  };
  /** Remove a site. */
  readonly "DELETE /api/v1/sites/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** List keys. */
  readonly "GET /api/v1/keys": {
    readonly body: undefined;
    readonly answer: {
      readonly keys: readonly {
        readonly id: string;
        readonly name: string;
        readonly site: string | null;
        readonly scope: "ingest" | "read" | "admin";
        readonly expiresAt?: string | null;
        readonly createdAt?: string;
      }[];
    };
  };
  /** Make a key; its secret is shown this once. */
  readonly "POST /api/v1/keys": {
    readonly body: NewKey;
    readonly answer: {
      readonly id: string;
      readonly name: string;
      readonly site: string | null;
      readonly scope: "ingest" | "read" | "admin";
      readonly expiresAt?: string | null;
      readonly createdAt?: string;
      readonly secret?: string;
    };
  };
  /** Revoke a key. */
  readonly "DELETE /api/v1/keys/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** List a site's goals. */
  readonly "GET /api/v1/goals": {
    readonly body: undefined;
    readonly answer: {
      readonly goals: readonly {
        readonly id: string;
        readonly site: string;
        readonly name: string;
        readonly page: string | null;
        readonly event: string | null;
        readonly filters: readonly (readonly unknown[])[];
        readonly scrollThreshold: number | null;
        readonly currency: string | null;
        readonly createdAt?: string;
      }[];
    };
  };
  /** Make a goal. */
  readonly "POST /api/v1/goals": {
    readonly body: NewGoal;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly name: string;
      readonly page: string | null;
      readonly event: string | null;
      readonly filters: readonly (readonly unknown[])[];
      readonly scrollThreshold: number | null;
      readonly currency: string | null;
      readonly createdAt?: string;
    };
  };
  /** Change a goal. */
  readonly "PATCH /api/v1/goals/{id}": {
    readonly body: GoalPatch;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly name: string;
      readonly page: string | null;
      readonly event: string | null;
      readonly filters: readonly (readonly unknown[])[];
      readonly scrollThreshold: number | null;
      readonly currency: string | null;
      readonly createdAt?: string;
    };
  };
  /** Remove a goal. */
  readonly "DELETE /api/v1/goals/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** List a site's segments. */
  readonly "GET /api/v1/segments": {
    readonly body: undefined;
    readonly answer: {
      readonly segments: readonly {
        readonly id: string;
        readonly site: string;
        readonly name: string;
        readonly filters: readonly (readonly unknown[])[];
        readonly createdAt?: string;
      }[];
    };
  };
  /** Make a segment. */
  readonly "POST /api/v1/segments": {
    readonly body: NewSegment;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly name: string;
      readonly filters: readonly (readonly unknown[])[];
      readonly createdAt?: string;
    };
  };
  /** Change a segment. */
  readonly "PATCH /api/v1/segments/{id}": {
    readonly body: SegmentPatch;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly name: string;
      readonly filters: readonly (readonly unknown[])[];
      readonly createdAt?: string;
    };
  };
  /** Remove a segment. */
  readonly "DELETE /api/v1/segments/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** Look for all of a user. */
  readonly "POST /api/v1/privacy/exports": {
    readonly body: NewExport;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly kind: "export" | "user" | "visit" | "site" | "retention" | "replay";
      readonly state: "waiting" | "running" | "done";
      readonly createdAt: string | null;
      readonly finishedAt: string | null;
      readonly visitsFound: number;
      readonly visitsDone: number;
      readonly rows: { readonly [name: string]: number };
      readonly position: number;
      readonly expiresAt?: string | null;
      readonly edges?: readonly {
        readonly edge: string;
        readonly heardAt: string | null;
        readonly waitingEvents: number;
        readonly drained: boolean;
      }[];
    };
  };
  /** List exports. */
  readonly "GET /api/v1/privacy/exports": {
    readonly body: undefined;
    readonly answer: {
      readonly exports: readonly {
        readonly id: string;
        readonly site: string;
        readonly kind: "export" | "user" | "visit" | "site" | "retention" | "replay";
        readonly state: "waiting" | "running" | "done";
        readonly createdAt: string | null;
        readonly finishedAt: string | null;
        readonly visitsFound: number;
        readonly visitsDone: number;
        readonly rows: { readonly [name: string]: number };
        readonly position: number;
        readonly expiresAt?: string | null;
        readonly edges?: readonly {
          readonly edge: string;
          readonly heardAt: string | null;
          readonly waitingEvents: number;
          readonly drained: boolean;
        }[];
      }[];
    };
  };
  /** An export and how far it is. */
  readonly "GET /api/v1/privacy/exports/{id}": {
    readonly body: undefined;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly kind: "export" | "user" | "visit" | "site" | "retention" | "replay";
      readonly state: "waiting" | "running" | "done";
      readonly createdAt: string | null;
      readonly finishedAt: string | null;
      readonly visitsFound: number;
      readonly visitsDone: number;
      readonly rows: { readonly [name: string]: number };
      readonly position: number;
      readonly expiresAt?: string | null;
      readonly edges?: readonly {
        readonly edge: string;
        readonly heardAt: string | null;
        readonly waitingEvents: number;
        readonly drained: boolean;
      }[];
    };
  };
  /** Download an export: JSON Lines, or by Accept: application/zip a ZIP of CSV. */
  readonly "GET /api/v1/privacy/exports/{id}/content": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** Erase a user, a visit, or all that a site recorded. */
  readonly "POST /api/v1/privacy/erasures": {
    readonly body: NewErasure;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly kind: "export" | "user" | "visit" | "site" | "retention" | "replay";
      readonly state: "waiting" | "running" | "done";
      readonly createdAt: string | null;
      readonly finishedAt: string | null;
      readonly visitsFound: number;
      readonly visitsDone: number;
      readonly rows: { readonly [name: string]: number };
      readonly position: number;
      readonly receipt?: string | null;
    };
  };
  /** List erasures. */
  readonly "GET /api/v1/privacy/erasures": {
    readonly body: undefined;
    readonly answer: {
      readonly erasures: readonly {
        readonly id: string;
        readonly site: string;
        readonly kind: "export" | "user" | "visit" | "site" | "retention" | "replay";
        readonly state: "waiting" | "running" | "done";
        readonly createdAt: string | null;
        readonly finishedAt: string | null;
        readonly visitsFound: number;
        readonly visitsDone: number;
        readonly rows: { readonly [name: string]: number };
        readonly position: number;
        readonly receipt?: string | null;
      }[];
    };
  };
  /** An erasure, how far it is, and its receipt. */
  readonly "GET /api/v1/privacy/erasures/{id}": {
    readonly body: undefined;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly kind: "export" | "user" | "visit" | "site" | "retention" | "replay";
      readonly state: "waiting" | "running" | "done";
      readonly createdAt: string | null;
      readonly finishedAt: string | null;
      readonly visitsFound: number;
      readonly visitsDone: number;
      readonly rows: { readonly [name: string]: number };
      readonly position: number;
      readonly receipt?: string | null;
    };
  };
  /** Was this receipt given here, word by word?. */
  readonly "POST /api/v1/privacy/receipts/verify": {
    readonly body: GivenReceipt;
    readonly answer: {
      readonly valid: boolean;
      readonly reason?: string;
      readonly id?: string;
      readonly site?: string;
      readonly kind?: string;
      readonly rows?: { readonly [name: string]: number };
      readonly tombstone?: string;
      readonly erasedAt?: string | null;
    };
  };
  /** What the last sweep of the retention removed. */
  readonly "GET /api/v1/privacy/retention": {
    readonly body: undefined;
    readonly answer: {
      readonly retention: number | "forever";
      readonly sweptAt: string | null;
      readonly rows: { readonly [name: string]: number };
      readonly oldestDay: string | null;
    };
  };
  /** What a retention would remove now: a dry run. */
  readonly "GET /api/v1/privacy/retention/preview": {
    readonly body: undefined;
    readonly answer: {
      readonly before: string | null;
      readonly events: number;
      readonly visits: number;
      readonly oldestDay: string | null;
      readonly oldestDayLeft: string | null;
    };
  };
  /** What is processed and why no consent is asked for: JSON, or by Accept: text/markdown the text alone. */
  readonly "GET /api/v1/privacy/statement": {
    readonly body: undefined;
    readonly answer: {
      readonly site: string;
      readonly statement: string;
    };
  };
  /** Who asked for what: a page as JSON, or all of it as CSV or NDJSON. */
  readonly "GET /api/v1/privacy/audit": {
    readonly body: undefined;
    readonly answer: {
      readonly entries: readonly {
        readonly number: number;
        readonly at: string;
        readonly actor: {
          readonly kind: "nobody" | "person" | "key" | "share" | "mesh";
          readonly id: string;
          readonly name: string | null;
        };
        readonly operation: string;
        readonly site: string | null;
        readonly request: { readonly [name: string]: unknown };
        readonly refused: string | null;
        readonly from: string | null;
      }[];
      readonly nextPageToken: string | null;
    };
  };
  /** Was any entry changed, left out or put elsewhere?. */
  readonly "GET /api/v1/privacy/audit/verify": {
    readonly body: undefined;
    readonly answer: {
      readonly intact: boolean;
      readonly entries: number;
      readonly first: number;
      readonly last: number;
      readonly digest: string;
      readonly problem: string | null;
      readonly checkedAt: string;
    };
  };
  /** Sign in. */
  readonly "POST /api/v1/session": {
    readonly body: SignIn;
    readonly answer: {
      readonly expiresAt: string;
    };
  };
  /** Who is signed in, and their sites. */
  readonly "GET /api/v1/session": {
    readonly body: undefined;
    readonly answer: {
      readonly sites: readonly {
        readonly id: string;
        readonly timezone: string;
        readonly identity: "memory" | "daily";
        readonly domains: readonly string[];
        readonly retention: number | "forever";
        readonly ignorePrivacySignals?: boolean;
        readonly queryParameters?: readonly string[];
        readonly hashRouting?: boolean;
        readonly excludedIps?: readonly string[];
        readonly excludedPaths?: readonly string[];
        readonly excludedHostnames?: readonly string[];
        readonly excludedCountries?: readonly string[];
        readonly pathRules?: readonly string[];
        readonly createdAt?: string;
      }[];
      readonly account: {
        readonly id: string;
        readonly email: string;
        readonly roles: readonly {
          readonly site: string | null;
          readonly role: "viewer" | "analyst" | "admin" | "owner";
        }[];
        readonly totp: boolean;
        readonly session: string;
        readonly recoveryCodes: number;
      } | null;
    };
  };
  /** Sign out. */
  readonly "DELETE /api/v1/session": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** Where one is signed in. */
  readonly "GET /api/v1/sessions": {
    readonly body: undefined;
    readonly answer: {
      readonly sessions: readonly {
        readonly id: string;
        readonly label: string;
        readonly current: boolean;
        readonly createdAt: string;
        readonly lastUsedAt: string;
        readonly expiresAt: string;
      }[];
    };
  };
  /** End all other sessions of one's own. */
  readonly "DELETE /api/v1/sessions": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** End a session of one's own. */
  readonly "DELETE /api/v1/sessions/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** Change the password. */
  readonly "POST /api/v1/account/password": {
    readonly body: NewPassword;
    readonly answer: null;
  };
  /** Set the password by a link. */
  readonly "POST /api/v1/account/password/reset": {
    readonly body: ResetPassword;
    readonly answer: null;
  };
  /** Make a secret for an authenticator app. */
  readonly "POST /api/v1/account/totp": {
    readonly body: Password;
    readonly answer: {
      readonly secret: string;
      readonly uri: string;
    };
  };
  /** Turn the second factor on; the recovery codes are shown this once. */
  readonly "POST /api/v1/account/totp/confirm": {
    readonly body: Code;
    readonly answer: {
      readonly recoveryCodes: readonly string[];
    };
  };
  /** Turn the second factor off. */
  readonly "POST /api/v1/account/totp/remove": {
    readonly body: PasswordAndCode;
    readonly answer: null;
  };
  /** Make new recovery codes; they are shown this once. */
  readonly "POST /api/v1/account/recovery-codes": {
    readonly body: PasswordAndCode;
    readonly answer: {
      readonly recoveryCodes: readonly string[];
    };
  };
  /** What an invitation offers. */
  readonly "POST /api/v1/invitations/preview": {
    readonly body: InvitationSecret;
    readonly answer: {
      readonly email: string;
      readonly site: string | null;
      readonly role: "viewer" | "analyst" | "admin" | "owner";
      readonly known: boolean;
      readonly expiresAt: string;
    };
  };
  /** Use an invitation up and sign in. */
  readonly "POST /api/v1/invitations/accept": {
    readonly body: AcceptInvitation;
    readonly answer: {
      readonly expiresAt: string;
    };
  };
  /** List people. */
  readonly "GET /api/v1/users": {
    readonly body: undefined;
    readonly answer: {
      readonly users: readonly {
        readonly id: string;
        readonly email: string;
        readonly roles: readonly {
          readonly site: string | null;
          readonly role: "viewer" | "analyst" | "admin" | "owner";
        }[];
        readonly totp: boolean;
        readonly createdAt: string;
        readonly lastUsedAt: string | null;
      }[];
    };
  };
  /** Give a person a role at a site, or take it away. */
  readonly "PATCH /api/v1/users/{id}": {
    readonly body: RolePatch;
    readonly answer: null;
  };
  /** Remove an account. */
  readonly "DELETE /api/v1/users/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** Make a link by which a person sets a new password; it is shown this once. */
  readonly "POST /api/v1/users/{id}/password-reset": {
    readonly body: NewReset;
    readonly answer: {
      readonly link: string;
      readonly expiresAt: string;
    };
  };
  /** List open invitations. */
  readonly "GET /api/v1/invitations": {
    readonly body: undefined;
    readonly answer: {
      readonly invitations: readonly {
        readonly id: string;
        readonly email: string;
        readonly site: string | null;
        readonly role: "viewer" | "analyst" | "admin" | "owner";
        readonly expiresAt: string;
        readonly createdAt: string;
      }[];
    };
  };
  /** Invite somebody; the link is shown this once. */
  readonly "POST /api/v1/invitations": {
    readonly body: NewInvitation;
    readonly answer: {
      readonly id: string;
      readonly email: string;
      readonly site: string | null;
      readonly role: "viewer" | "analyst" | "admin" | "owner";
      readonly expiresAt: string;
      readonly createdAt: string;
      readonly link: string;
    };
  };
  /** Take an invitation back. */
  readonly "DELETE /api/v1/invitations/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** List a site's share links. */
  readonly "GET /api/v1/shares": {
    readonly body: undefined;
    readonly answer: {
      readonly shares: readonly {
        readonly id: string;
        readonly site: string;
        readonly name: string;
        readonly segment: string | null;
        readonly hasPassword: boolean;
        readonly embedOrigins: readonly string[];
        readonly expiresAt: string | null;
        readonly createdAt: string;
      }[];
    };
  };
  /** Make a share link; it is shown this once. */
  readonly "POST /api/v1/shares": {
    readonly body: NewShare;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly name: string;
      readonly segment: string | null;
      readonly hasPassword: boolean;
      readonly embedOrigins: readonly string[];
      readonly expiresAt: string | null;
      readonly createdAt: string;
      readonly link: string;
    };
  };
  /** Change a share link. */
  readonly "PATCH /api/v1/shares/{id}": {
    readonly body: SharePatch;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly name: string;
      readonly segment: string | null;
      readonly hasPassword: boolean;
      readonly embedOrigins: readonly string[];
      readonly expiresAt: string | null;
      readonly createdAt: string;
    };
  };
  /** Revoke a share link. */
  readonly "DELETE /api/v1/shares/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** Turn a link's secret, and its password, into a token. */
  readonly "POST /api/v1/shares/open": {
    readonly body: OpenShare;
    readonly answer: {
      readonly token: string;
      readonly expiresAt: string | null;
      readonly site: string;
      readonly name: string;
      readonly live: boolean;
    };
  };
  /** List a site's annotations, the latest first. */
  readonly "GET /api/v1/annotations": {
    readonly body: undefined;
    readonly answer: {
      readonly annotations: readonly {
        readonly id: string;
        readonly site: string;
        readonly date: string | null;
        readonly at: string | null;
        readonly text: string;
        readonly author: string | null;
        readonly createdAt: string;
      }[];
    };
  };
  /** Make an annotation. */
  readonly "POST /api/v1/annotations": {
    readonly body: NewAnnotation;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly date: string | null;
      readonly at: string | null;
      readonly text: string;
      readonly author: string | null;
      readonly createdAt: string;
    };
  };
  /** Change an annotation. */
  readonly "PATCH /api/v1/annotations/{id}": {
    readonly body: AnnotationPatch;
    readonly answer: {
      readonly id: string;
      readonly site: string;
      readonly date: string | null;
      readonly at: string | null;
      readonly text: string;
      readonly author: string | null;
      readonly createdAt: string;
    };
  };
  /** Remove an annotation. */
  readonly "DELETE /api/v1/annotations/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
}
