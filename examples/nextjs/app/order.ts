'use server';

import { requestVisitor } from '@analytics/client/next/server';
import { redirect } from 'next/navigation';
import { analytics } from './analytics';

export async function order() {
  const visitor = await requestVisitor();
  analytics.track('order', { tea: 'Assam' }, { revenue: { amount: '12.50', currency: 'EUR' }, visitor });
  redirect('/pricing');
}
