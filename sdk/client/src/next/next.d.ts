/** What is used of Next.js, as declared in its own package, which is not needed to build this one. */
declare module 'next/navigation.js' {
  export function usePathname(): string | null;
}

declare module 'next/headers.js' {
  export function headers(): Promise<{ get(name: string): string | null }>;
}
