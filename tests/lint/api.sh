#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The symbol maps, pidepoch.h, vrange.h and the manual pages name the same functions; the pages have
# each prototype as the header has it, the errnos of its Errors: line, and a Source.
. "$(dirname "$0")/lint.sh"
need perl

complaints()
{
	# shellcheck disable=SC2046 # the sample has one map
	(cd "$1" && perl - $(ls src/*/lib*.map) include/pidepoch.h $(ls include/vrange.h 2>/dev/null) docs/man/*.[23]) <<'END'
use strict;
use warnings;

my @maps = grep { /\.map$/ } @ARGV;
my @headers = grep { /\.h$/ } @ARGV;
my @pages = grep { /\.[23]$/ } @ARGV;
my (%prototype, %in, %errors, %page_errors, %source);

sub text { local (@ARGV, $/) = @_; return scalar <> }
sub words { my ($text) = @_; return join ' ', $text =~ /\w+|[^\s"]/g }
sub errnos { my ($text) = @_; return join ' ', sort keys %{{ map { $_ => 1 } $text =~ /\b(E[A-Z0-9]{3,})\b/g }} }
sub note { my ($where, $name, $what) = @_; $in{$where}{$name} = 1; $prototype{$where}{$name} = words($what) }

$in{map} = { map { $_ => 1 } map { text($_) =~ /^\s+(\w+);/mg } @maps };

# a comment's errnos are those of the first function below it; the others there are its variants
my ($first, $code) = ('', join '', map { text($_) } @headers);
while ($code =~ m{/\*(.*?)\*/|^(\w[^;{}#/]*?\b(\w+)\([^;]*\));}gsm) {
	if (defined $3) {
		note('header', $3, $2);
		$errors{$3} = $first if $first;
		$first = '';
	} elsif ($1 =~ /^ \* Errors:(.*?)^ \* \w+:/sm) {
		$first = errnos($1) || 'none';
	}
}

for (map { text($_) } @pages) {
	while (/^\.Ft (.*)\n\.Fo (\w+)\n((?:\.Fa .*\n)*)\.Fc/mg) {
		my ($type, $name, $parameters) = ($1, $2, $3);
		note('manual', $name, "$type $name(" . join(', ', $parameters =~ /^\.Fa (.*)$/mg) . ')');
	}
	my ($description) = /^\.Sh DESCRIPTION\n(.*?)^\.Sh/sm;
	for my $item (($description // '') =~ /(^\.It (?:Fn|Xo\n).*?)(?=^\.It (?:Fn|Xo\n)|\z)/gms) {
		my ($head) = $item =~ /^\.It (Fn \N*|Xo\n.*?^\.Xc)/ms;
		$source{$_} = 1 for $item =~ /^Source:/m ? $head =~ /\bFn (\w+)/g : ();
	}
	my ($section) = /^\.Sh ERRORS\n(.*?)^\.Sh/sm;
	$page_errors{$1} = errnos($2) while ($section // '') =~ /^\.It Fn (\w+)(.*?)(?=^\.It Fn|\z)/gsm;
}

for my $name (sort keys %{{ map { %$_ } values %in }}) {
	my @lack = grep { !$in{$_}{$name} } qw(map header manual);
	print "$name: not in the $_\n" for @lack;
	next if @lack;
	print "$name: the manual has $prototype{manual}{$name}\n" if words($prototype{manual}{$name}) ne $prototype{header}{$name};
	print "$name: the manual names no Source\n" if !$source{$name};
	my ($says, $has) = ($errors{$name} // next, $page_errors{$name} || 'none');
	print "$name: errors $says in the header, $has in the manual\n" if $says ne $has;
}
END
}

bad_file src/lib/libpidepoch.map <<'END'
PIDEPOCH_0.1 {
	global:
		pidepoch_fine;
		pidepoch_hidden;
		pidepoch_other;
};
END
bad_file include/pidepoch.h <<'END'
/*
 * pidepoch_fine() - which is so in all three
 * Errors:   ESRCH gone; EEPOCH gone and used again
 * Source:   none
 */
int pidepoch_fine(pid_t pid,
		  const char *text);

/*
 * pidepoch_other() - of which nothing else is right
 * Errors:   EINVAL; ENOMEM
 * Source:   none
 */
int pidepoch_other(long n);
int pidepoch_private(void);
END
bad_file docs/man/bad.3 <<'END'
.Sh SYNOPSIS
.Ft int
.Fo pidepoch_fine
.Fa "pid_t pid"
.Fa "const char *text"
.Fc
.Ft int
.Fo pidepoch_other
.Fa "int n"
.Fc
.Sh DESCRIPTION
.It Fn pidepoch_fine
Source: none.
.It Fn pidepoch_other
.Sh ERRORS
.It Fn pidepoch_fine
.It Bq Er EEPOCH , ESRCH
.It Fn pidepoch_other
.It Bq Er EINVAL
.Sh SEE ALSO
END
# pidepoch_hidden has neither prototype nor page, pidepoch_private is in the header alone,
# pidepoch_other is wrong in three ways
project_lint 7
