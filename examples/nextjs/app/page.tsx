import Link from 'next/link';
import { order } from './order';

export default function Shop() {
  return (
    <main>
      <h1>Tea shop</h1>
      <form action={order}>
        <button>Order</button>
      </form>
      <Link href="/pricing">Pricing</Link>
    </main>
  );
}
