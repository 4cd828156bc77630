! A memoising counter. A counter is three arrays that Python owns; the journal is in journal.f90.
! Nothing here locks: tally/__init__.py calls each subroutine with the lock of what it is given.

subroutine look_up(key, keys, known, totals, weight)
  implicit none
  integer(8), intent(in) :: key
  integer(8), intent(in) :: keys(128), known(128), totals(3) ! adds, their weight, keys memoised
  integer(8), intent(out) :: weight ! -1 when it is not known
  integer :: place ! no initial value: on the stack of the call

  weight = -1
  do place = 1, int(totals(3))
    if (keys(place) == key) weight = known(place)
  end do
end subroutine look_up

subroutine record(key, weight, is_new, keys, known, totals)
  implicit none
  integer(8), intent(in) :: key, weight
  logical, intent(in) :: is_new
  integer(8), intent(inout) :: keys(128), known(128), totals(3)

  if (is_new) then
    if (totals(3) == 128) totals(3) = 0
    totals(3) = totals(3) + 1
    keys(totals(3)) = key
    known(totals(3)) = weight
  end if
  totals(1) = totals(1) + 1
  totals(2) = totals(2) + weight
end subroutine record

subroutine heaviest(keys, known, totals, key)
  implicit none
  integer(8), intent(in) :: keys(128), known(128), totals(3)
  integer(8), intent(out) :: key ! -1 without one

  key = -1
  if (totals(3) > 0) key = keys(maxloc(known(1:totals(3)), 1))
end subroutine heaviest

subroutine journal_append(weight)
  use tally_journal
  implicit none
  integer(8), intent(in) :: weight
  integer(8), allocatable :: bigger(:)

  if (.not. allocated(weights)) allocate(weights(64))
  if (length == size(weights)) then
    allocate(bigger(2 * length))
    bigger(1:length) = weights
    call move_alloc(bigger, weights)
  end if
  length = length + 1
  weights(length) = weight
end subroutine journal_append

subroutine journal(adds, total)
  use tally_journal
  implicit none
  integer(8), intent(out) :: adds, total

  adds = length
  total = 0
  if (length > 0) total = sum(weights(1:length))
end subroutine journal
