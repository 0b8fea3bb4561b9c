# The program in each terminal of a chaos run: says its stream and judges the one that it hears. Perl, because it
# is on every Debian and mac, and 64 of it are small. Usage, in a terminal in raw mode: perl peer.pl CHANNEL RATE
#
# It writes STX, its stream at RATE bytes a second, and when EOT comes in: EOT and what it thinks of all that it heard.
use strict;
use warnings;
use Errno qw(EAGAIN EINTR);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use POSIX ();

use constant { RECORD => 32, TICK => 0.04, SILENCE => 120 };

my ($channel, $rate) = @ARGV;
for my $handle (*STDIN, *STDOUT) {
  fcntl($handle, F_SETFL, fcntl($handle, F_GETFL, 0) | O_NONBLOCK) or die "fcntl: $!";
  binmode $handle;
}
# STDIN and STDOUT are the same terminal, which gives each write as much as it has room for.
my ($in, $out, $heard) = (0, 0, time);
my $hertz = POSIX::sysconf(POSIX::_SC_CLK_TCK());
my $due = clock();

put("\x02");
while (1) {
  my $left = $due - clock();
  vec(my $readable = '', fileno(STDIN), 1) = 1;
  select $readable, undef, undef, $left > 0 ? $left : 0;
  while (defined(my $bytes = take())) {
    my $end = index $bytes, "\x04";
    judge($end < 0 ? $bytes : substr $bytes, 0, $end);
    finish("ok $in $out") if $end >= 0;
  }
  exit 1 if time - $heard > SILENCE;    # whoever started this is gone
  next if clock() < $due;
  $due = clock() + TICK;
  my $written = syswrite STDOUT, stream('d', $out, int($rate * TICK));
  $out += $written if $written;
}

# Seconds of a clock that is never set, in hundredths: all that a small Perl has.
sub clock { return (POSIX::times())[0] / $hertz }

# Bytes from $offset of this channel's stream; oracle.ts says what they are.
sub stream {
  my ($way, $offset, $length) = @_;
  my $skip = $offset % RECORD;
  my $text = '';
  for (my $i = ($offset - $skip) / RECORD; length($text) < $skip + $length; $i++) {
    $text .= sprintf "%s%03x %08x %08x %08x\n", $way, $channel, $i, ($i * 0x9e3779b1) & 0xffffffff,
      (($i ^ ($channel << 20)) * 0x85ebca6b) & 0xffffffff;
  }
  return substr $text, $skip, $length;
}

sub take {
  my $count = sysread STDIN, my $bytes, 65536;
  exit 0 if defined $count && $count == 0;
  return undef unless $count;
  $heard = time;
  return $bytes;
}

sub judge {
  my ($bytes) = @_;
  my $expected = stream('u', $in, length $bytes);
  if ($bytes ne $expected) {
    my ($same) = ($bytes ^ $expected) =~ /^(\0*)/;
    my $at = length $same;
    my $got = substr $bytes, $at, 96;
    $got =~ s/\n/\\n/g;
    finish('up byte ' . ($in + $at) . " is wrong: \"$got\"");
  }
  $in += length $bytes;
}

sub put {
  my ($bytes) = @_;
  while (length $bytes) {
    my $written = syswrite STDOUT, $bytes;
    if ($written) { substr $bytes, 0, $written, '' }
    elsif ($! == EAGAIN || $! == EINTR) { select undef, undef, undef, TICK }
    else                                { exit 1 }
  }
}

sub finish {
  put("\x04$_[0]\n");
  exit 0;
}
