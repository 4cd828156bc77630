! Apart from tally.f90, because f2py would wrap the module too.
module tally_journal
  implicit none
  integer(8), allocatable, save :: weights(:) ! every weight ever added, by any counter
  integer(8), save :: length = 0
end module tally_journal
