export default { devIndicators: false, images: { unoptimized: true } };
