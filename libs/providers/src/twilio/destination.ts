const PHONE_NUMBER = /^\+[1-9][0-9]{6,14}$/;
const PREFIX_DIGITS_MAX = 7;

// Countries that share +1 with the US and Canada, at several times their price: a price for +1 is not theirs.
const OTHER_NANP = '242 246 264 268 284 345 441 473 649 658 664 721 758 767 784 809 829 849 868 869 876'.split(' ');

/** True for a number in E.164 form, such as +14155550100. */
export function isPhoneNumber(to: string): boolean {
  return PHONE_NUMBER.test(to);
}

/** The entry of the longest dialling prefix of the number. */
export function priceFor(list: Readonly<Record<string, bigint>>, to: string): bigint | undefined {
  const shortest = OTHER_NANP.includes(to.slice(2, 5)) && to.startsWith('+1') ? 4 : 1;
  for (let digits = PREFIX_DIGITS_MAX; digits >= shortest; digits -= 1) {
    const prefix = to.slice(0, digits + 1);
    if (Object.hasOwn(list, prefix)) return list[prefix];
  }
  return undefined;
}
