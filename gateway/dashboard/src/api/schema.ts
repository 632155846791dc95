// Made from the gateway's /api/openapi.json by `npm run types`. Not edited.

export interface NewSegment {
  readonly site: string;
  readonly name: string;
  readonly filters: readonly unknown[];
}

export interface SignIn {
  readonly email: string;
  readonly password: string;
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
  /** Remove a segment. */
  readonly "DELETE /api/v1/segments/{id}": {
    readonly body: undefined;
    readonly answer: null;
  };
  /** Sign in. */
  readonly "POST /api/v1/session": {
    readonly body: SignIn;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** The sites of whoever is signed in. */
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
    };
  };
  /** Sign out. */
  readonly "DELETE /api/v1/session": {
    readonly body: undefined;
    readonly answer: null;
  };
}
