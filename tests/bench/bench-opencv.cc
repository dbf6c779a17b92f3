/* Times OpenCV at what bench-segment.c times: smooth, threshold, label one plane on one thread
 *
 * usage: bench-opencv FILE uint8|uint16 WIDTH HEIGHT SIGMA SECONDS
 * Prints the median of its processor time in microseconds. It measures no objects.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

/* What one plane after the other is worked out in. */
struct Mats
{
  cv::Mat plane, smooth, mask, labels;
};

static int
segment (Mats &mats, double sigma)
{
  double max;

  cv::GaussianBlur (mats.plane, mats.smooth, cv::Size (0, 0), sigma, sigma, cv::BORDER_REFLECT);
  cv::minMaxLoc (mats.smooth, nullptr, &max);
  cv::compare (mats.smooth, 0.33 * max, mats.mask, cv::CMP_GT);
  return cv::connectedComponents (mats.mask, mats.labels, 4, CV_32S);
}

static double
now ()
{
  timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * static_cast<double> (time.tv_sec) + 1e-3 * static_cast<double> (time.tv_nsec);
}

int
main (int argc, char **argv)
{
  if (argc != 7)
    return 2;
  const int type = argv[2] == std::string ("uint8") ? CV_8U : CV_16U;
  const double sigma = std::stod (argv[5]), end = now () + 1e6 * std::stod (argv[6]);
  Mats mats;
  std::vector<double> times;

  mats.plane.create (std::stoi (argv[4]), std::stoi (argv[3]), type);
  std::ifstream (argv[1], std::ios::binary)
      .read (mats.plane.ptr<char> (),
             static_cast<std::streamsize> (mats.plane.total () * mats.plane.elemSize ()));
  cv::setNumThreads (1);
  segment (mats, sigma);
  while (times.size () < 3 || now () < end)
    {
      const double start = now ();

      segment (mats, sigma);
      times.push_back (now () - start);
    }
  std::nth_element (times.begin (), times.begin () + times.size () / 2, times.end ());
  std::printf ("%.3f\n", times[times.size () / 2]);
  return 0;
}
