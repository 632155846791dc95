import { AnalyticsClient } from './client.js';
import { tag } from './tag.js';

/** `/js/analytics.full.js`: everything that the package has. */
tag((options) => new AnalyticsClient(options));
