import { Track, useAnalytics, useExperiment, usePageView } from '@analytics/client/react';
import { useState } from 'react';

export function App() {
  const [path, setPath] = useState(location.pathname);

  function open(next: string) {
    history.pushState(null, '', next);
    setPath(next);
  }

  return (
    <main>
      <nav>
        <button onClick={() => open('/')}>Shop</button>
        <button onClick={() => open('/pricing')}>Pricing</button>
      </nav>
      {path === '/pricing' ? <Pricing /> : <Shop />}
    </main>
  );
}

function Shop() {
  const { trackInteraction } = useAnalytics();
  const variant = useExperiment('button');
  return (
    <>
      <h1>Tea shop</h1>
      <Track event="order" props={{ tea: 'Assam' }} revenue={{ amount: '12.50', currency: 'EUR' }}>
        <button>{variant === 'loud' ? 'Order now!' : 'Order'}</button>
      </Track>
      <button onClick={() => trackInteraction({ type: 'click', data: { elementId: 'smell', pageUrl: location.href } })}>
        Smell
      </button>
    </>
  );
}

function Pricing() {
  usePageView({ pageTitle: 'Pricing', props: { currency: 'EUR' } });
  return <h1>Pricing</h1>;
}
