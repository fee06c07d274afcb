namespace Alignment.Transforms.Images;

// Widened where they shrink; the numbers are Pillow's, which model configurations use.
enum ResampleKernel
{
    Nearest = 0,

    Lanczos = 1,

    Bilinear = 2,

    // Keys' cubic convolution with a = −½ (IEEE Trans. ASSP 29, 1981).
    Bicubic = 3,

    Box = 4,

    Hamming = 5,
}
