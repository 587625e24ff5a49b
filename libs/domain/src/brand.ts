declare const brand: unique symbol;

/** A string that only its parser or factory can make, so that ids of different kinds cannot be swapped. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
