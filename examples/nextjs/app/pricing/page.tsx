import Link from 'next/link';

export const metadata = { title: 'Pricing' };

export default function Pricing() {
  return (
    <main>
      <h1>Pricing</h1>
      <Link href="/">Shop</Link>
    </main>
  );
}
